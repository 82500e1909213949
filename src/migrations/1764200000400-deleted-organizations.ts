import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

/** Organizations can be deleted; their rows stay, for what refers to them. */
export class DeletedOrganizations1764200000400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(runner, 'organizations', [c.instant('deleted_at', NULLABLE)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'organizations', ['deleted_at']);
  }
}
