import { DataSource, type DataSourceOptions } from 'typeorm';
import { Database } from './database.js';
import type { DatabaseLocation } from '../config/database-url.js';
import { MysqlDialect } from './mysql.dialect.js';
import { SqliteDialect } from './sqlite.dialect.js';
import { WriterQueue } from './writer-queue.js';

/** The part of better-sqlite3's connection that is used to prepare it. */
interface SqliteConnection {
  pragma(statement: string): unknown;
}

/** Options of the data source that writes; entities and migrations are the caller's to add. */
export function writerOptions(location: DatabaseLocation): DataSourceOptions {
  const common = { migrationsTableName: 'migrations', synchronize: false, logging: false } as const;
  if (location.kind === 'sqlite') {
    return {
      ...common,
      type: 'better-sqlite3',
      database: location.file,
      prepareDatabase: (connection: SqliteConnection) => {
        connection.pragma('journal_mode = WAL');
        // better-sqlite3 lowers this to NORMAL in WAL mode; an acknowledged write must survive a power cut.
        connection.pragma('synchronous = FULL');
      },
    };
  }
  return {
    ...common,
    type: location.kind,
    url: location.url,
    charset: 'utf8mb4',
    timezone: 'Z',
    poolSize: 10,
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: 5_000,
  };
}

/**
 * Brings the schema behind `writer` up to date and returns the repositories' way to it. `queue` is where
 * SQLite's writers wait for their turn.
 */
export async function openDatabase(writer: DataSource, queue = new WriterQueue()): Promise<Database> {
  if (writer.options.type === 'better-sqlite3') {
    await writer.runMigrations({ transaction: 'each' });
    return new Database(new SqliteDialect(writer, await openReader(writer), queue));
  }
  await prepareSessions(writer);
  await migrateOnce(writer);
  return new Database(new MysqlDialect(writer));
}

/** SQLite's second connection: reads only, so it never waits for a writer nor sees its unfinished rows. */
function openReader(writer: DataSource): Promise<DataSource> {
  const reader = new DataSource({
    type: 'better-sqlite3',
    database: writer.options.database as string,
    entities: writer.options.entities,
    prepareDatabase: (connection: SqliteConnection) => {
      connection.pragma('query_only = ON');
    },
  });
  return reader.initialize();
}

const SESSION = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO', " +
    "time_zone = '+00:00', innodb_lock_wait_timeout = 5, " +
    // It would rather cut two indices than read the one that has the rows in their order.
    "optimizer_switch = 'index_merge_intersection=off'",
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
];

/** Strict mode, UTC, short lock waits and READ COMMITTED on every connection of the pool. */
async function prepareSessions(source: DataSource): Promise<void> {
  const { pool } = source.driver as unknown as {
    pool: { on(event: 'connection', listener: (connection: { query(sql: string): void }) => void): void };
  };
  pool.on('connection', connection => SESSION.forEach(sql => connection.query(sql)));
  // The pool's first connection was made before anybody could listen.
  for (const sql of SESSION) await source.query(sql);
}

/** Instances that start together migrate one after the other. */
async function migrateOnce(source: DataSource): Promise<void> {
  const runner = source.createQueryRunner();
  const lock = "CONCAT('bailiwick_migrations.', DATABASE())";
  try {
    await runner.query(`SELECT GET_LOCK(${lock}, 60)`);
    await source.runMigrations({ transaction: 'none' });
  } finally {
    await runner.query(`SELECT RELEASE_LOCK(${lock})`);
    await runner.release();
  }
}
