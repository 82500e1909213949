import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** The way of projects from sandbox to production. */
export class Environments1764800000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'project_pairs',
        columns: [c.primaryId('sandbox_id'), c.id('production_id'), c.instant('created_at')],
        uniques: [{ name: 'project_pairs_production', columnNames: ['production_id'] }],
        foreignKeys: [
          references('project_pairs', 'sandbox_id', 'projects'),
          references('project_pairs', 'production_id', 'projects'),
        ],
      }),
      new Table({
        name: 'promotion_requests',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.id('target_id', NULLABLE),
          c.string('status', 20),
          // The project's id while a request is pending, else null.
          c.id('pending_key', NULLABLE),
          c.boolean('made_target'),
          c.text('notes', NULLABLE),
          c.text('reason', NULLABLE),
          c.id('requested_by'),
          c.id('decided_by', NULLABLE),
          c.string('digest', 64),
          c.json('first_changes'),
          c.integer('change_count'),
          c.instant('created_at'),
          c.instant('decided_at', NULLABLE),
          c.instant('applied_at', NULLABLE),
        ],
        uniques: [{ name: 'promotion_requests_pending', columnNames: ['pending_key'] }],
        indices: [
          { name: 'promotion_requests_project', columnNames: ['project_id', 'id'] },
          { name: 'promotion_requests_project_status', columnNames: ['project_id', 'status', 'id'] },
          { name: 'promotion_requests_status', columnNames: ['status', 'id'] },
        ],
        foreignKeys: [
          references('promotion_requests', 'project_id', 'projects'),
          references('promotion_requests', 'target_id', 'projects'),
        ],
      }),
      new Table({
        name: 'promotion_plans',
        columns: [
          c.primaryId('request_id'),
          c.json('changes'),
          c.json('source'),
          c.json('target', NULLABLE),
          c.json('former', NULLABLE),
        ],
        foreignKeys: [references('promotion_plans', 'request_id', 'promotion_requests')],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['promotion_plans', 'promotion_requests', 'project_pairs'])
      await runner.dropTable(table, true);
  }
}
