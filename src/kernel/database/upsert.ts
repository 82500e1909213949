import type { TakesStatements } from './batch.js';
import { bySize, inPieces, insertStatement } from './insert-rows.js';
import type { Dialect } from './transaction.js';

/** Where an upsert goes: `keys` make the primary key, in their order; `values` are the numbers that are kept. */
export interface UpsertTarget {
  readonly table: string;
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** Whether a row that is there gets the numbers added, or replaced. */
  readonly onConflict: 'add' | 'replace';
}

const ROWS_PER_STATEMENT = 64;

/**
 * Writes numbers by key, the keys' values first and the numbers last. Rows are written in the order of their keys,
 * so that two processes with the same rows wait for each other instead of deadlocking.
 */
export async function upsert(
  into: TakesStatements,
  kind: Dialect['kind'],
  target: UpsertTarget,
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  const sorted = rows.toSorted((one, other) => byKeys(one, other, target.keys.length));
  const statement = bySize(size => statementFor(kind, target, size));
  for (const piece of inPieces(sorted, into, ROWS_PER_STATEMENT)) {
    await into.query(statement(piece.length), piece.flat());
  }
}

function statementFor(
  kind: Dialect['kind'],
  { table, keys, values, onConflict }: UpsertTarget,
  rows: number,
) {
  const insert = insertStatement(table, [...keys, ...values], rows);
  const given = (value: string) => (kind === 'sqlite' ? `excluded.${value}` : `VALUES(${value})`);
  const change = values
    .map(value => `${value} = ${onConflict === 'add' ? `${value} + ` : ''}${given(value)}`)
    .join(', ');
  return kind === 'sqlite'
    ? `${insert} ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${change}`
    : `${insert} ON DUPLICATE KEY UPDATE ${change}`;
}

function byKeys(
  one: readonly (string | number)[],
  other: readonly (string | number)[],
  keys: number,
): number {
  for (let i = 0; i < keys; i++) {
    if (one[i]! < other[i]!) return -1;
    if (one[i]! > other[i]!) return 1;
  }
  return 0;
}
