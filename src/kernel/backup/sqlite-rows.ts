import type SqliteConnection from 'better-sqlite3';
import { sqliteDriver } from '../database/sqlite-driver.js';
import { type FillableRows, MIGRATIONS_TABLE, type Row } from './table-rows.js';

type Connection = SqliteConnection.Database;

const ROWS_PER_TRANSACTION = 5_000;

/** SQLite's. Work blocks the process, which has nothing else to do. */
export class SqliteRows implements FillableRows {
  private constructor(private readonly connection: Connection) {}

  static async read(file: string): Promise<SqliteRows> {
    const connection = open(file, { readonly: true, fileMustExist: true });
    // The first statement that reads fixes what all of them see.
    connection.exec('BEGIN; SELECT 1 FROM sqlite_master');
    return new SqliteRows(connection);
  }

  static async fill(file: string): Promise<SqliteRows> {
    const connection = open(file, { fileMustExist: true });
    connection.pragma('foreign_keys = OFF');
    connection.pragma('synchronous = FULL');
    return new SqliteRows(connection);
  }

  async migrations(): Promise<string[]> {
    if (
      !this.all('SELECT name FROM sqlite_master WHERE type = ? AND name = ?', 'table', MIGRATIONS_TABLE)
        .length
    )
      return [];
    return this.all(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY timestamp, id`);
  }

  async tables(): Promise<string[]> {
    const names = this.all("SELECT name FROM sqlite_master WHERE type = 'table'");
    return names.filter(name => name !== MIGRATIONS_TABLE && !name.startsWith('sqlite_')).sort();
  }

  async columns(table: string): Promise<string[]> {
    return this.all('SELECT name FROM pragma_table_info(?) ORDER BY cid', table);
  }

  async *rows(table: string, columns: readonly string[]): AsyncGenerator<Row> {
    const sql = `SELECT ${columns.map(quoted).join(', ')} FROM ${quoted(table)}`;
    yield* this.connection.prepare(sql).raw().iterate() as IterableIterator<Row>;
  }

  async clear(table: string): Promise<void> {
    if (this.all(`SELECT 1 FROM ${quoted(table)} LIMIT 1`).length)
      this.connection.exec(`DELETE FROM ${quoted(table)}`);
  }

  async insert(table: string, columns: readonly string[], rows: AsyncIterable<Row>): Promise<void> {
    const places = columns.map(() => '?').join(', ');
    const insert = this.connection.prepare(
      `INSERT INTO ${quoted(table)} (${columns.map(quoted).join(', ')}) VALUES (${places})`,
    );
    this.connection.exec('BEGIN');
    let open = 0;
    for await (const row of rows) {
      insert.run(...row);
      if (++open < ROWS_PER_TRANSACTION) continue;
      this.connection.exec('COMMIT; BEGIN');
      open = 0;
    }
    this.connection.exec('COMMIT');
  }

  async brokenReference(): Promise<string | null> {
    const [broken] = this.connection.pragma('foreign_key_check') as { table: string; parent: string }[];
    if (broken) return `${broken.table} (to ${broken.parent})`;
    const [{ integrity_check: said }] = this.connection.pragma('integrity_check(1)') as [
      { integrity_check: string },
    ];
    return said === 'ok' ? null : said;
  }

  async end(): Promise<void> {
    this.connection.close();
  }

  private all(sql: string, ...values: string[]): string[] {
    return this.connection
      .prepare(sql)
      .pluck()
      .all(...values) as string[];
  }
}

function open(file: string, options: SqliteConnection.Options): Connection {
  const Driver = sqliteDriver() as new (file: string, options: SqliteConnection.Options) => Connection;
  return new Driver(file, { timeout: 5_000, ...options });
}

function quoted(name: string): string {
  return `"${name}"`;
}
