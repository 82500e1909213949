import { rename, rm } from 'node:fs/promises';
import type { DatabaseLocation } from '../config/database-url.js';
import { migrateDatabase, type Migration } from '../database/migrate.js';
import { BESIDE_SQLITE, SqliteLock } from '../database/sqlite-lock.js';
import { exists } from './backup.js';
import {
  contentOf,
  expectContent,
  expectReferences,
  expectTables,
  isSame,
  migrationsNamed,
  type TableContent,
} from './filled-tables.js';
import { MysqlRows } from './mysql-rows.js';
import { fillRows, readRows } from './open-rows.js';
import { RowDigest } from './row-digest.js';
import type { FillableRows, Row, TableRows } from './table-rows.js';

export interface CopyPlan {
  readonly from: DatabaseLocation;
  readonly to: DatabaseLocation;
  /** All migrations of this release. */
  readonly migrations: readonly Migration[];
  readonly progress: (text: string) => void;
}

/** What was copied; `kept` tables were there from an attempt before. */
export interface Copied {
  readonly tables: number;
  readonly rows: number;
  readonly kept: number;
}

/**
 * Copies a database that nobody writes to into an empty one of either kind, and compares all rows. Into MySQL and MariaDB it
 * goes on where an earlier attempt broke off.
 * @throws DatabaseInUse on SQLite, when a server writes to the source; Error when the target is not empty, or anything is
 *   not as it was
 */
export async function copyDatabase(plan: CopyPlan): Promise<Copied> {
  const lock = plan.from.kind === 'sqlite' ? SqliteLock.take(plan.from.file) : null;
  try {
    return await copyAlone(plan);
  } finally {
    lock?.release();
  }
}

async function copyAlone(plan: CopyPlan): Promise<Copied> {
  const source = await readRows(plan.from);
  try {
    const names = await source.migrations();
    if (names.length === 0) throw new Error('The database to copy is empty.');
    const schema = migrationsNamed(names, plan.migrations, 'The database');
    const copied =
      plan.to.kind === 'sqlite'
        ? await intoFile(plan, plan.to.file, source, schema)
        : await intoServer(plan, plan.to, source, schema);
    await migrateDatabase(plan.to, plan.migrations);
    return copied;
  } finally {
    await source.end();
  }
}

/** Under the file's name there is never a part of it. */
async function intoFile(
  plan: CopyPlan,
  file: string,
  source: TableRows,
  schema: readonly Migration[],
): Promise<Copied> {
  if (await exists(file)) throw new Error(`${file} exists: copy where there is none.`);
  const unfinished = `${file}.copying`;
  await rm(unfinished, { force: true });
  const location = { kind: 'sqlite', file: unfinished } as const;
  await migrateDatabase(location, schema);
  const target = await fillRows(location);
  const copied = await fillAll(plan, source, target, { again: false }).finally(() => target.end());
  for (const rest of BESIDE_SQLITE) await rm(unfinished + rest, { force: true });
  await rename(unfinished, file);
  return copied;
}

async function intoServer(
  plan: CopyPlan,
  location: Extract<DatabaseLocation, { url: string }>,
  source: TableRows,
  schema: readonly Migration[],
): Promise<Copied> {
  const target = await MysqlRows.fill(location.url);
  try {
    const [table] = await target.tables();
    const again = await target.isMarked();
    if (table && !again)
      throw new Error(`The database is not empty (table ${table}): copy into an empty one.`);
    // Until it is whole, it is known for a copy that may be gone on with.
    await target.mark();
    await migrateDatabase(location, schema);
    const copied = await fillAll(plan, source, target, { again });
    await target.unmark();
    return copied;
  } finally {
    await target.end();
  }
}

async function fillAll(
  { progress }: CopyPlan,
  source: TableRows,
  target: FillableRows,
  { again }: { readonly again: boolean },
): Promise<Copied> {
  const tables = await source.tables();
  await expectTables(target, tables);
  let [rows, kept] = [0, 0];
  for (const table of tables) {
    const columns = await source.columns(table);
    const there = again ? await contentOf(target, table, columns) : null;
    if (there?.rows && isSame(there, await contentOf(source, table, columns))) {
      kept++;
      rows += there.rows;
      continue;
    }
    // Of rows that migrations have put there, too.
    await target.clear(table);
    const content = await copyTable(source, target, table, columns);
    await expectContent(target, table, columns, content);
    rows += content.rows;
    progress(`${table}: ${content.rows} rows`);
  }
  await expectReferences(target);
  return { tables: tables.length, rows, kept };
}

async function copyTable(
  source: TableRows,
  target: FillableRows,
  table: string,
  columns: readonly string[],
): Promise<TableContent> {
  const digest = new RowDigest();
  const passing = async function* (): AsyncGenerator<Row> {
    for await (const row of source.rows(table, columns)) {
      digest.add(row);
      yield row;
    }
  };
  await target.insert(table, columns, passing());
  return { rows: digest.rows, digest: digest.digest };
}
