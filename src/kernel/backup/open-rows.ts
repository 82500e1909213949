import type { DatabaseLocation } from '../config/database-url.js';
import { MysqlRows } from './mysql-rows.js';
import { SqliteRows } from './sqlite-rows.js';
import type { FillableRows, TableRows } from './table-rows.js';

/** Opens the rows as they are at this moment: whatever is written meanwhile, nobody waits and nothing of it is seen. */
export function readRows(location: DatabaseLocation): Promise<TableRows> {
  return location.kind === 'sqlite' ? SqliteRows.read(location.file) : MysqlRows.read(location.url);
}

/** Opens a database to fill it. */
export function fillRows(location: DatabaseLocation): Promise<FillableRows> {
  return location.kind === 'sqlite' ? SqliteRows.fill(location.file) : MysqlRows.fill(location.url);
}
