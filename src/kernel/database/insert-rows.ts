import type { TakesStatements } from './batch.js';
import type { Dialect } from './transaction.js';

type Value = string | number | null;

/** Few sizes, so that few statements have to be prepared. */
const SIZES = [256, 64, 16, 4, 1];

/** Rows in pieces of few different sizes, for statements that differ by the number of their rows. */
export function inPieces<T>(rows: readonly T[], into: TakesStatements, atMost = SIZES[0]!): T[][] {
  const largest = Math.min(atMost, into.rowsPerStatement ?? atMost);
  const pieces: T[][] = [];
  let next = 0;
  for (const size of SIZES) {
    if (size > largest) continue;
    for (; rows.length - next >= size; next += size) pieces.push(rows.slice(next, next + size));
  }
  return pieces;
}

/**
 * Inserts many rows at once; `valuesOf` answers a row's values in the order of `columns`. For tables that take
 * thousands of rows a second: an insert through an entity costs several times as much.
 */
export async function insertRows<T>(
  into: TakesStatements,
  table: string,
  columns: readonly string[],
  rows: readonly T[],
  valuesOf: (row: T) => readonly Value[],
): Promise<void> {
  const statement = bySize(size => insertStatement(table, columns, size));
  for (const piece of inPieces(rows, into)) {
    await into.query(statement(piece.length), piece.flatMap(valuesOf));
  }
}

/**
 * Inserts those rows whose unique `key` is not there yet. Unlike `INSERT IGNORE`, it overlooks nothing else: a value
 * that does not fit is an error.
 */
export async function insertMissing(
  into: TakesStatements,
  kind: Dialect['kind'],
  target: { table: string; columns: readonly string[]; key: readonly string[] },
  rows: readonly (readonly Value[])[],
): Promise<void> {
  const { table, columns, key } = target;
  const otherwise =
    kind === 'sqlite'
      ? `ON CONFLICT (${key.join(', ')}) DO NOTHING`
      : `ON DUPLICATE KEY UPDATE ${key[0]} = ${key[0]}`;
  const statement = bySize(size => `${insertStatement(table, columns, size)} ${otherwise}`);
  for (const piece of inPieces(rows, into)) await into.query(statement(piece.length), piece.flat());
}

/** Makes the statement for each number of rows once. */
export function bySize(make: (rows: number) => string): (rows: number) => string {
  const made = new Map<number, string>();
  return rows => {
    if (!made.has(rows)) made.set(rows, make(rows));
    return made.get(rows)!;
  };
}

/** `INSERT` of so many rows. */
export function insertStatement(table: string, columns: readonly string[], rows: number): string {
  const row = `(${columns.map(() => '?').join(', ')})`;
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array(rows).fill(row).join(', ')}`;
}
