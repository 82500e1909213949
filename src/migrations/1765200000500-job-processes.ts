import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns } from '../kernel/database/columns.js';
import { createTables } from '../kernel/database/create-tables.js';

/** Which processes run jobs, and when each last said so. */
export class JobProcesses1765200000500 implements MigrationInterface {
  name = 'JobProcesses1765200000500';

  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'job_processes',
        columns: [c.string('id', 36, { isPrimary: true }), c.instant('seen_at')],
        indices: [{ name: 'job_processes_seen_at', columnNames: ['seen_at'] }],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('job_processes', true);
  }
}
