import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

const TABLES = ['projects', 'members', 'organization_members', 'api_keys'];

/** Remembers by what power something was suspended, so that no lesser one lifts it. */
export class SuspendedBy1764200000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    for (const table of TABLES) await addColumns(runner, table, [c.string('suspended_by', 10, NULLABLE)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await dropColumns(runner, table, ['suspended_by']);
  }
}
