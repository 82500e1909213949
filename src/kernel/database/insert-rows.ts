import type { EntityManager } from 'typeorm';

/** Few sizes, so that few statements have to be prepared. */
const SIZES = [100, 10, 1];

/**
 * Inserts many rows at once, the values in the order of `columns`. For tables that take thousands of rows a
 * second: an insert through an entity costs several times as much.
 */
export async function insertRows(
  manager: EntityManager,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): Promise<void> {
  const row = `(${columns.map(() => '?').join(', ')})`;
  let start = 0;
  for (const size of SIZES) {
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array(size).fill(row).join(', ')}`;
    for (; rows.length - start >= size; start += size) {
      await manager.query(sql, rows.slice(start, start + size).flat());
    }
  }
}
