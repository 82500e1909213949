import { existsSync } from 'node:fs';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { makeImpatient, type Pool } from './impatient-pool.js';
import { makePrivate } from './private-file.js';
import { SqliteLock } from './sqlite-lock.js';

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
  private lock: SqliteLock | null = null;

  /** `alone`: on SQLite, no other process that says so may write to the file. */
  constructor(
    options: DataSourceOptions,
    private readonly only: { readonly alone: boolean } = { alone: false },
  ) {
    super(options);
  }

  /** @throws DatabaseInUse on SQLite, when another process writes to the file */
  override async initialize(): Promise<this> {
    if (this.isSqlite) this.takeFile(this.options.database as string);
    try {
      await super.initialize();
    } catch (error) {
      this.releaseFile();
      throw error;
    }
    if (this.isSqlite) return this;
    try {
      await this.prepareSessions();
    } catch (error) {
      await this.destroy();
      throw error;
    }
    return this;
  }

  override async destroy(): Promise<void> {
    await super.destroy();
    this.releaseFile();
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

  private takeFile(file: string): void {
    makePrivate(file);
    // Opening a file that could not be made says what is wrong.
    if (this.only.alone && existsSync(file)) this.lock = SqliteLock.take(file);
  }

  private releaseFile(): void {
    this.lock?.release();
    this.lock = null;
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
