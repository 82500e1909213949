import type { EntityManager } from 'typeorm';
import type { Dialect } from './transaction.js';

/** Where an upsert goes: `keys` make the primary key, in their order; `value` is the number that is kept. */
export interface UpsertTarget {
  readonly table: string;
  readonly keys: readonly string[];
  readonly value: string;
  /** Whether a row that is there gets the number added, or replaced. */
  readonly onConflict: 'add' | 'replace';
}

const ROWS_PER_STATEMENT = 100;

/**
 * Writes one number per row, the keys' values first and the number last. Rows are written in the order of
 * their keys, so that two processes with the same rows wait for each other instead of deadlocking.
 */
export async function upsert(
  manager: EntityManager,
  kind: Dialect['kind'],
  target: UpsertTarget,
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  const sorted = rows.toSorted(byKeys);
  for (let start = 0; start < sorted.length; start += ROWS_PER_STATEMENT) {
    const some = sorted.slice(start, start + ROWS_PER_STATEMENT);
    await manager.query(statement(kind, target, some.length), some.flat());
  }
}

function statement(kind: Dialect['kind'], { table, keys, value, onConflict }: UpsertTarget, rows: number) {
  const row = `(${'?, '.repeat(keys.length)}?)`;
  const insert = `INSERT INTO ${table} (${keys.join(', ')}, ${value}) VALUES ${Array(rows).fill(row).join(', ')}`;
  const given = kind === 'sqlite' ? `excluded.${value}` : `VALUES(${value})`;
  const change = `${value} = ${onConflict === 'add' ? `${value} + ` : ''}${given}`;
  return kind === 'sqlite'
    ? `${insert} ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${change}`
    : `${insert} ON DUPLICATE KEY UPDATE ${change}`;
}

function byKeys(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  for (let i = 0; i < one.length - 1; i++) {
    if (one[i]! < other[i]!) return -1;
    if (one[i]! > other[i]!) return 1;
  }
  return 0;
}
