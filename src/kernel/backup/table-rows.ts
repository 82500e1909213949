/** A value as both kinds of database have it. Instants are text in UTC, `2026-01-31 12:00:00.000`; booleans 0 or 1. */
export type Value = string | number | null | Buffer;
export type Row = readonly Value[];

/** The table of the migrations that were run; it is not copied, as it follows from them. */
export const MIGRATIONS_TABLE = 'migrations';

/**
 * The rows of a whole database, the same for both kinds. Nothing is held in memory but the rows that are on their way.
 * Ended exactly once.
 */
export interface TableRows {
  /** Names of the migrations that were run, in their order; none in an empty database. */
  migrations(): Promise<readonly string[]>;
  /** All tables but {@link MIGRATIONS_TABLE}, by name. */
  tables(): Promise<readonly string[]>;
  columns(table: string): Promise<readonly string[]>;
  /** Every row of a table, in no particular order. Read to its end before anything else is asked. */
  rows(table: string, columns: readonly string[]): AsyncIterable<Row>;
  end(): Promise<void>;
}

/** A database to be filled, which nobody else uses. References are not looked at until {@link brokenReference} asks. */
export interface FillableRows extends TableRows {
  /** Removes the rows that migrations have put into a table. */
  clear(table: string): Promise<void>;
  insert(table: string, columns: readonly string[], rows: AsyncIterable<Row>): Promise<void>;
  /** A foreign key that refers to nothing, as `table (constraint)`; null when all is well. */
  brokenReference(): Promise<string | null>;
}
