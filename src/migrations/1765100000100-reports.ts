import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** The reports that were asked for, and what became of them. */
export class Reports1765100000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'reports',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.string('kind', 20),
          c.string('format', 10),
          c.boolean('bom'),
          c.instant('range_from', NULLABLE),
          c.instant('range_to', NULLABLE),
          c.string('status', 20),
          c.boolean('deleted'),
          c.boolean('stored'),
          c.integer('run'),
          c.double('progress'),
          c.bigint('rows', NULLABLE),
          c.bigint('bytes', NULLABLE),
          c.string('sha256', 64, NULLABLE),
          c.string('error', 255, NULLABLE),
          c.json('hidden'),
          c.string('part', 100, NULLABLE),
          c.id('requested_by'),
          c.instant('created_at'),
          c.instant('finished_at', NULLABLE),
          c.instant('expired_at', NULLABLE),
        ],
        indices: [
          { name: 'reports_list', columnNames: ['project_id', 'deleted', 'id'] },
          { name: 'reports_waiting', columnNames: ['project_id', 'status'] },
          { name: 'reports_stored', columnNames: ['project_id', 'deleted', 'stored', 'id'] },
        ],
        foreignKeys: [references('reports', 'project_id', 'projects')],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('reports', true);
  }
}
