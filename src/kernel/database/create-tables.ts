import {
  type QueryRunner,
  type Table,
  TableColumn,
  type TableColumnOptions,
  type TableForeignKeyOptions,
  TableIndex,
  type TableIndexOptions,
} from 'typeorm';

/** Creates the tables that are not there yet: MySQL commits each by itself, so a migration may be resumed. */
export async function createTables(runner: QueryRunner, tables: Table[]): Promise<void> {
  for (const table of tables) {
    if (!(await runner.hasTable(table.name))) await runner.createTable(table, false, true, true);
  }
}

/** Adds the columns and indices that a table does not have yet. */
export async function addColumns(
  runner: QueryRunner,
  name: string,
  columns: TableColumnOptions[],
  indices: TableIndexOptions[] = [],
): Promise<void> {
  for (const column of columns) {
    if (!(await runner.hasColumn(name, column.name))) await runner.addColumn(name, new TableColumn(column));
  }
  const present = new Set((await runner.getTable(name))!.indices.map(index => index.name));
  for (const index of indices) {
    if (!present.has(index.name)) await runner.createIndex(name, new TableIndex(index));
  }
}

/**
 * Undoes {@link addColumns}, or what is left of it. SQLite drops the columns in place: TypeORM would make the
 * table anew, which the rows that refer to it forbid.
 */
export async function dropColumns(
  runner: QueryRunner,
  name: string,
  columns: string[],
  indices: string[] = [],
): Promise<void> {
  const present = new Set((await runner.getTable(name))!.indices.map(index => index.name));
  for (const index of indices) {
    if (present.has(index)) await runner.dropIndex(name, index);
  }
  for (const column of columns) {
    if (await runner.hasColumn(name, column)) await runner.query(`ALTER TABLE ${name} DROP COLUMN ${column}`);
  }
}

/** A foreign key to another table's `id`. Rows that are referred to cannot be deleted. */
export function references(table: string, column: string, referenced: string): TableForeignKeyOptions {
  return {
    name: `${table}_${column}_fk`,
    columnNames: [column],
    referencedTableName: referenced,
    referencedColumnNames: ['id'],
  };
}
