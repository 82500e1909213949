import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables } from '../kernel/database/create-tables.js';

/**
 * The request log, its roll-ups and the quota in use. No foreign keys: what was called outlives keys and
 * projects, and these tables take more rows than all others together.
 */
export class Usage1763700006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'request_series',
        columns: [
          c.serialId(),
          c.id('project_id'),
          c.id('organization_id'),
          c.id('api_key_id'),
          c.id('member_id', NULLABLE),
          c.string('method', 10),
          c.string('route', 200),
          c.integer('status'),
          c.bigint('logged'),
        ],
        uniques: [
          { name: 'request_series_labels', columnNames: ['api_key_id', 'method', 'route', 'status'] },
        ],
        indices: [
          { name: 'request_series_project', columnNames: ['project_id'] },
          { name: 'request_series_organization', columnNames: ['organization_id'] },
        ],
      }),
      new Table({
        name: 'request_logs',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.integer('series_id'),
          c.integer('duration_ms'),
          c.string('ip', 45, NULLABLE),
          c.string('user_agent', 512, NULLABLE),
          c.string('error_code', 40, NULLABLE),
          c.id('request_id', NULLABLE),
        ],
        indices: [
          { name: 'request_logs_project', columnNames: ['project_id', 'id'] },
          { name: 'request_logs_series', columnNames: ['series_id', 'id'] },
        ],
        withoutRowid: true,
      }),
      ...['hour', 'day'].map(
        unit =>
          new Table({
            name: `usage_${unit}s`,
            columns: [
              c.integer('series_id', { isPrimary: true }),
              c.integer(unit, { isPrimary: true }),
              c.bigint('requests'),
            ],
            withoutRowid: true,
          }),
      ),
      new Table({
        name: 'usage_quotas',
        columns: [
          c.id('organization_id', { isPrimary: true }),
          c.string('policy', 10, { isPrimary: true }),
          c.integer('period', { isPrimary: true }),
          c.id('process_id', { isPrimary: true }),
          c.bigint('taken'),
        ],
        indices: [{ name: 'usage_quotas_period', columnNames: ['policy', 'period'] }],
        withoutRowid: true,
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['usage_quotas', 'usage_days', 'usage_hours', 'request_logs', 'request_series'];
    for (const table of tables) await runner.dropTable(table, true);
  }
}
