import { type Connection, createConnection } from 'mysql2';
import { type FillableRows, MIGRATIONS_TABLE, type Row } from './table-rows.js';

/** Statements are at most about this long: servers take no longer ones than `max_allowed_packet`, 16 MB at least. */
const STATEMENT_BYTES = 1_000_000;
const STATEMENT_ROWS = 1_000;
/** Rows that are read ahead of whoever writes them somewhere. */
const ROWS_AHEAD = 200;

/** A table that an unfinished copy is known by. */
const MARK = 'bailiwick_unfinished_copy';

const STRICT =
  "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'";

/** MySQL's and MariaDB's. */
export class MysqlRows implements FillableRows {
  private constructor(private readonly connection: Connection) {}

  static async read(url: string): Promise<MysqlRows> {
    return MysqlRows.connect(url, [
      // Whoever takes the rows may be slower than the server is used to.
      `SET SESSION ${STRICT}, net_write_timeout = 3600, wait_timeout = 28800`,
      'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
      'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY',
    ]);
  }

  static async fill(url: string): Promise<MysqlRows> {
    return MysqlRows.connect(url, [`SET SESSION ${STRICT}, foreign_key_checks = 0, unique_checks = 0`]);
  }

  private static async connect(url: string, statements: string[]): Promise<MysqlRows> {
    const connection = createConnection({
      uri: url,
      charset: 'utf8mb4',
      timezone: 'Z',
      // As the database has them, down to the last digit.
      dateStrings: true,
      supportBigNumbers: true,
      connectTimeout: 5_000,
    });
    // Reported by the statement that was running; without a listener it would end the process.
    connection.on('error', () => undefined);
    for (const sql of statements) await connection.promise().query(sql);
    return new MysqlRows(connection);
  }

  async migrations(): Promise<string[]> {
    const there = await this.named(MIGRATIONS_TABLE);
    return there.length ? this.names(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY timestamp, id`) : [];
  }

  async tables(): Promise<string[]> {
    const names = await this.names(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
    );
    // Sorted here, as both kinds of database do it differently.
    return names.filter(name => name !== MIGRATIONS_TABLE && name !== MARK).sort();
  }

  columns(table: string): Promise<string[]> {
    return this.names(
      'SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position',
      [table],
    );
  }

  async *rows(table: string, columns: readonly string[]): AsyncGenerator<Row> {
    const sql = this.connection.format('SELECT ?? FROM ??', [columns, table]);
    yield* this.connection
      .query({ sql, rowsAsArray: true })
      .stream({ highWaterMark: ROWS_AHEAD }) as AsyncIterable<Row>;
  }

  async clear(table: string): Promise<void> {
    const [first] = await this.query('SELECT 1 FROM ?? LIMIT 1', [table]);
    // Not by DELETE, which triggers may forbid.
    if (first) await this.query('TRUNCATE TABLE ??', [table]);
  }

  async insert(table: string, columns: readonly string[], rows: AsyncIterable<Row>): Promise<void> {
    const beginning = this.connection.format('INSERT INTO ?? (??) VALUES ', [table, columns]);
    let values: string[] = [];
    let bytes = 0;
    const flush = async () => {
      if (values.length) await this.query(beginning + values.join(', '));
      values = [];
      bytes = 0;
    };
    await this.query('START TRANSACTION');
    for await (const row of rows) {
      const value = this.connection.format('(?)', [row]);
      values.push(value);
      bytes += value.length;
      if (bytes >= STATEMENT_BYTES || values.length >= STATEMENT_ROWS) await flush();
    }
    await flush();
    await this.query('COMMIT');
  }

  async brokenReference(): Promise<string | null> {
    const keys = await this.query(
      `SELECT table_name, constraint_name, referenced_table_name,
         GROUP_CONCAT(column_name ORDER BY ordinal_position) AS child,
         GROUP_CONCAT(referenced_column_name ORDER BY ordinal_position) AS parent
       FROM information_schema.key_column_usage
       WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
       GROUP BY table_name, constraint_name, referenced_table_name`,
    );
    for (const [table, constraint, referenced, child, parent] of keys as string[][]) {
      const pairs = child!.split(',').map((column, at) => [column, parent!.split(',')[at]!] as const);
      const joined = pairs.map(pair => this.connection.format('p.?? = c.??', [pair[1], pair[0]]));
      const set = pairs.map(([column]) => this.connection.format('c.?? IS NOT NULL', [column]));
      const sql = `SELECT 1 FROM ?? c WHERE ${set.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ?? p WHERE ${joined.join(' AND ')}) LIMIT 1`;
      if ((await this.query(sql, [table, referenced])).length) return `${table} (${constraint})`;
    }
    return null;
  }

  /** Makes the database known for an unfinished copy. */
  async mark(): Promise<void> {
    await this.query('CREATE TABLE IF NOT EXISTS ?? (began_at datetime)', [MARK]);
  }

  async isMarked(): Promise<boolean> {
    return (await this.named(MARK)).length > 0;
  }

  async unmark(): Promise<void> {
    await this.query('DROP TABLE ??', [MARK]);
  }

  async end(): Promise<void> {
    await this.connection.promise().end();
  }

  private named(table: string): Promise<string[]> {
    return this.names(
      'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
      [table],
    );
  }

  private async names(sql: string, values: unknown[] = []): Promise<string[]> {
    return (await this.query(sql, values)).map(([name]) => name as string);
  }

  private async query(sql: string, values: unknown[] = []): Promise<Row[]> {
    const statement = { sql: this.connection.format(sql, values), rowsAsArray: true };
    const [found] = await this.connection.promise().query(statement);
    return Array.isArray(found) ? (found as unknown as Row[]) : [];
  }
}
