import { type Migration, migrationName } from '../database/migrate.js';
import { RowDigest } from './row-digest.js';
import type { FillableRows, TableRows } from './table-rows.js';

/** What a table holds, see {@link RowDigest}. */
export interface TableContent {
  readonly rows: number;
  readonly digest: string;
}

/**
 * The migrations with these names, in their order.
 * @throws Error for one that only a newer release knows, `of` says whose
 */
export function migrationsNamed(
  names: readonly string[],
  known: readonly Migration[],
  of: string,
): Migration[] {
  const byName = new Map(known.map(migration => [migrationName(migration), migration]));
  return names.map(name => {
    const migration = byName.get(name);
    if (migration) return migration;
    throw new Error(`${of} was made by a newer release, whose schema this one does not know: use that one.`);
  });
}

/** @throws Error when a database does not have exactly these tables */
export async function expectTables(target: FillableRows, names: readonly string[]): Promise<void> {
  const there = await target.tables();
  const odd = names.find(name => !there.includes(name)) ?? there.find(name => !names.includes(name));
  if (odd) throw new Error(`The tables are not those of the schema: ${odd} is on one side only.`);
}

/** Reads a whole table to say what it holds. */
export async function contentOf(
  source: TableRows,
  table: string,
  columns: readonly string[],
): Promise<TableContent> {
  const found = new RowDigest();
  for await (const row of source.rows(table, columns)) found.add(row);
  return { rows: found.rows, digest: found.digest };
}

/** @throws Error when a table does not hold the rows it was filled with */
export async function expectContent(
  target: FillableRows,
  table: string,
  columns: readonly string[],
  expected: TableContent,
): Promise<void> {
  if (!isSame(await contentOf(target, table, columns), expected))
    throw new Error(`Table ${table} does not hold the rows that were put into it.`);
}

export function isSame(one: TableContent, other: TableContent): boolean {
  return one.rows === other.rows && one.digest === other.digest;
}

/** @throws Error when something refers to nothing */
export async function expectReferences(target: FillableRows): Promise<void> {
  const broken = await target.brokenReference();
  if (broken) throw new Error(`The database that was filled is damaged: ${broken} refers to nothing.`);
}
