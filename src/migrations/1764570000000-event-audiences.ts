import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

const INDICES = [
  { name: 'events_organization', columnNames: ['organization_id', 'id'] },
  { name: 'events_organization_type', columnNames: ['organization_id', 'type', 'id'] },
  { name: 'events_subject', columnNames: ['subject_user_id', 'id'] },
];

/** Organizations read the events of all their projects, and people those about themselves. */
export class EventAudiences1764570000000 implements MigrationInterface {
  name = 'EventAudiences1764570000000';

  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(runner, 'events', [c.id('organization_id', NULLABLE)], INDICES);
    const of = (table: string, column: string) => `SELECT t.${column} FROM ${table} t WHERE t.id = events.`;
    await runner.query(
      `UPDATE events SET organization_id = (${of('projects', 'organization_id')}project_id) ` +
        'WHERE project_id IS NOT NULL AND organization_id IS NULL',
    );
    await runner.query(
      "UPDATE events SET organization_id = target_id WHERE target_type = 'organization' AND organization_id IS NULL",
    );
    await runner.query(
      `UPDATE events SET organization_id = (${of('organization_members', 'organization_id')}target_id) ` +
        "WHERE target_type = 'organization_member' AND organization_id IS NULL",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const names = INDICES.map(({ name }) => name);
    await dropColumns(runner, 'events', ['organization_id'], names);
  }
}
