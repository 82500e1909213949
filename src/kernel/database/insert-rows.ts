import type { EntityManager } from 'typeorm';

type Value = string | number | null;

/** Few sizes, so that few statements have to be prepared. */
const SIZES = [1_000, 100, 10, 1];

/**
 * Inserts many rows at once; `valuesOf` answers a row's values in the order of `columns`. For tables that take
 * thousands of rows a second: an insert through an entity costs several times as much.
 */
export async function insertRows<T>(
  manager: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly T[],
  valuesOf: (row: T) => readonly Value[],
): Promise<void> {
  const row = `(${columns.map(() => '?').join(', ')})`;
  let next = 0;
  for (const size of SIZES) {
    if (rows.length - next < size) continue;
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array(size).fill(row).join(', ')}`;
    while (rows.length - next >= size) {
      const values: Value[] = [];
      for (const end = next + size; next < end; next++) values.push(...valuesOf(rows[next]!));
      await manager.query(sql, values);
    }
  }
}
