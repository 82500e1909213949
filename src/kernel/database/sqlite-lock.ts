import { realpathSync } from 'node:fs';
import type SqliteConnection from 'better-sqlite3';
import { makePrivate } from './private-file.js';
import { sqliteDriver } from './sqlite-driver.js';

/** Whoever was told to end may need a moment. */
const WAIT_MS = 2_000;
const LOCK = '-lock';

/** What else stands beside a file of SQLite, under its name and one of these. */
export const BESIDE_SQLITE: readonly string[] = ['-wal', '-shm', LOCK];

/** Another process writes to the file. */
export class DatabaseInUse extends Error {
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`${file} is in use: stop the server first.`, { cause });
    this.name = 'DatabaseInUse';
  }
}

/**
 * Keeps every other process that takes it from a file of SQLite. It is SQLite's own lock, on a file beside that one: the
 * system takes it away with the process, however that ends, so there is none that nobody holds any more.
 */
export class SqliteLock {
  private constructor(private readonly connection: SqliteConnection.Database) {}

  /** @throws DatabaseInUse when another process has it */
  static take(file: string): SqliteLock {
    // The same file may have several names.
    const path = realpathSync(file);
    makePrivate(path + LOCK);
    const Driver = sqliteDriver() as typeof SqliteConnection;
    const connection = new Driver(path + LOCK, { timeout: WAIT_MS });
    try {
      // Nothing is written, so nothing needs a journal on the disk.
      connection.pragma('journal_mode = MEMORY');
      connection.exec('BEGIN EXCLUSIVE');
      return new SqliteLock(connection);
    } catch (error) {
      connection.close();
      throw (error as { code?: string }).code === 'SQLITE_BUSY' ? new DatabaseInUse(path, error) : error;
    }
  }

  release(): void {
    this.connection.close();
  }
}
