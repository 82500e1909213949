import type { QueryRunner, Table, TableForeignKeyOptions } from 'typeorm';

/** Creates the tables that are not there yet: MySQL commits each by itself, so a migration may be resumed. */
export async function createTables(runner: QueryRunner, tables: Table[]): Promise<void> {
  for (const table of tables) {
    if (!(await runner.hasTable(table.name))) await runner.createTable(table, false, true, true);
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
