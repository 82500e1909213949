import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Columns } from '../kernel/database/columns.js';
import { dropColumns } from '../kernel/database/create-tables.js';

const TABLES = ['usage_hours', 'usage_days'];

/** How many of the counted requests have no line in the request log, so that its lines can still be counted by hour and day. */
export class UnloggedRequests1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    for (const table of TABLES) {
      if (await runner.hasColumn(table, 'unlogged')) continue;
      // By hand: on SQLite, TypeORM would copy the whole table, and lose that it has no row ids.
      const { type } = c.bigint('unlogged');
      await runner.query(`ALTER TABLE ${table} ADD COLUMN unlogged ${type} NOT NULL DEFAULT 0`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await dropColumns(runner, table, ['unlogged']);
  }
}
