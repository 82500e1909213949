import { DataSource, type DataSourceOptions } from 'typeorm';
import type { DatabaseLocation } from '../config/database-url.js';
import { Database } from './database.js';
import { MysqlDialect } from './mysql.dialect.js';
import { SqliteDialect } from './sqlite.dialect.js';
import { sqliteDriver } from './sqlite-driver.js';
import { SqliteThread } from './sqlite-thread.js';
import { WriterQueue } from './writer-queue.js';
import type { WriterSource } from './writer-source.js';

/** 64 MB. */
const WAL_PAGES_AT_MOST = 16_000;

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
      driver: sqliteDriver(),
      database: location.file,
      migrationsTransactionMode: 'each',
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
    // Every change of a table commits by itself there.
    migrationsTransactionMode: 'none',
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
export async function openDatabase(writer: WriterSource, queue = new WriterQueue()): Promise<Database> {
  await writer.runMigrations();
  if (writer.options.type !== 'better-sqlite3') return new Database(new MysqlDialect(writer));
  // Commits are spared the work that the thread does, unless it falls behind.
  await writer.query(`PRAGMA wal_autocheckpoint = ${WAL_PAGES_AT_MOST}`);
  const thread = new SqliteThread(writer.options.database as string, queue);
  const another = () => openReader(writer);
  return new Database(new SqliteDialect(writer, await another(), queue, another, thread));
}

/** SQLite's second connection: reads only, so it never waits for a writer nor sees its unfinished rows. */
function openReader(writer: DataSource): Promise<DataSource> {
  const reader = new DataSource({
    type: 'better-sqlite3',
    driver: sqliteDriver(),
    database: writer.options.database as string,
    entities: writer.options.entities,
    prepareDatabase: (connection: SqliteConnection) => {
      connection.pragma('query_only = ON');
    },
  });
  return reader.initialize();
}
