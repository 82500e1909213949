import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** When people of a project want to be told of a metric. */
export class AlertThresholds1763700007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'alert_thresholds',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.string('metric', 40),
          c.string('operator', 2),
          c.double('value'),
          c.string('window', 10),
          c.json('channels'),
          c.string('state', 20),
          c.instant('last_fired_at', NULLABLE),
          c.instant('created_at'),
        ],
        indices: [{ name: 'alert_thresholds_project', columnNames: ['project_id', 'id'] }],
        foreignKeys: [references('alert_thresholds', 'project_id', 'projects')],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('alert_thresholds', true);
  }
}
