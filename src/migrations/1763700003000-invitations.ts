import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** Invitations to projects and organizations. */
export class Invitations1763700003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'invitations',
        columns: [
          c.primaryId(),
          c.id('project_id', NULLABLE),
          c.id('organization_id', NULLABLE),
          c.id('role'),
          c.string('email', 254),
          c.string('first_name', 100, NULLABLE),
          c.string('name', 100, NULLABLE),
          c.string('phone', 40, NULLABLE),
          c.string('country', 2, NULLABLE),
          c.string('status', 20),
          c.string('token_hash', 43, NULLABLE),
          c.string('pending_key', 300, NULLABLE),
          c.id('invited_by'),
          c.string('invited_by_name', 250),
          c.instant('expires_at'),
          c.instant('created_at'),
        ],
        uniques: [
          { name: 'invitations_token', columnNames: ['token_hash'] },
          // One pending invitation per person and target; settled ones have null here.
          { name: 'invitations_pending', columnNames: ['pending_key'] },
        ],
        indices: [
          { name: 'invitations_project', columnNames: ['project_id', 'id'] },
          { name: 'invitations_organization', columnNames: ['organization_id', 'id'] },
          { name: 'invitations_email', columnNames: ['email', 'status', 'id'] },
        ],
        foreignKeys: [
          references('invitations', 'project_id', 'projects'),
          references('invitations', 'organization_id', 'organizations'),
        ],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('invitations', true);
  }
}
