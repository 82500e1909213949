import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource } from 'typeorm';
import { makeImpatient, type Pool } from './impatient-pool.js';

type MigrationOptions = Parameters<DataSource['runMigrations']>[0];

/** Statements that prepare each connection to MySQL or MariaDB: strict mode, UTC, short lock waits, READ COMMITTED. */
const SESSION = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO', " +
    "time_zone = '+00:00', innodb_lock_wait_timeout = 5, " +
    // It would rather cut two indices than read the one that has the rows in their order.
    "optimizer_switch = 'index_merge_intersection=off'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

const LOCK = "CONCAT('bailiwick_migrations.', DATABASE())";
const LOCK_WAIT_SECONDS = 60;
/** Longer than the wait for a lock, and short enough that whoever waits hears within six seconds that the database is away. */
const PATIENCE_MS = 5_700;

/** The data source that writes: the server's, and the one that TypeORM's command line migrates with. */
export class WriterSource extends DataSource {
  private migrating = false;

  override async initialize(): Promise<this> {
    if (this.isSqlite) makePrivate(this.options.database as string);
    await super.initialize();
    if (this.isSqlite) return this;
    try {
      await this.prepareSessions();
    } catch (error) {
      await this.destroy();
      throw error;
    }
    return this;
  }

  /** @throws Error when another instance has been migrating the database for a minute. */
  override runMigrations(options?: MigrationOptions): ReturnType<DataSource['runMigrations']> {
    return this.alone(() => super.runMigrations(options));
  }

  /** @throws Error when another instance has been migrating the database for a minute. */
  override undoLastMigration(options?: MigrationOptions): Promise<void> {
    return this.alone(() => super.undoLastMigration(options));
  }

  private get isSqlite(): boolean {
    return this.options.type === 'better-sqlite3';
  }

  private async prepareSessions(): Promise<void> {
    const { pool } = this.driver as unknown as { pool: Pool };
    makeImpatient(pool, PATIENCE_MS, () => this.migrating);
    pool.on('connection', connection => SESSION.forEach(sql => connection.query(sql)));
    // The pool's first connection was made before anybody could listen.
    for (const sql of SESSION) await this.query(sql);
  }

  /** Instances that migrate at the same time do so one after the other. SQLite has one instance only. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.isSqlite) return work();
    const runner = this.createQueryRunner();
    this.migrating = true;
    try {
      const [{ mine }] = await runner.query(`SELECT GET_LOCK(${LOCK}, ${LOCK_WAIT_SECONDS}) AS mine`);
      if (Number(mine) !== 1)
        throw new Error('Another instance is still migrating the database. Try again later.');
      return await work();
    } finally {
      // Where this fails, the connection is lost, and the lock with it.
      await runner.query(`SELECT RELEASE_LOCK(${LOCK})`).catch(() => undefined);
      await runner.release();
      this.migrating = false;
    }
  }
}

/**
 * Makes the file of SQLite, and the folders it is in, for nobody else to read; what is there already stays as it is.
 * SQLite gives its other files the same mode.
 */
function makePrivate(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    // Opening the database says what is wrong.
  }
}
