import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, createTables, dropColumns, references } from '../kernel/database/create-tables.js';

const KINDS = [
  'request_logs',
  'events',
  'webhook_deliveries',
  'reports',
  'deleted_media',
  'expired_invitations',
];

/** How long projects keep what grows, the runs that delete the rest, and where each event log begins since. */
export class Retention1764800000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'retention_settings',
        columns: [c.primaryId('project_id'), ...KINDS.map(kind => c.integer(`${kind}_days`, NULLABLE))],
        foreignKeys: [references('retention_settings', 'project_id', 'projects')],
      }),
      new Table({
        name: 'retention_runs',
        columns: [
          c.primaryId('project_id'),
          c.id('holder'),
          c.json('deleted'),
          c.instant('started_at'),
          c.instant('lease_until'),
        ],
        indices: [{ name: 'retention_runs_lease', columnNames: ['lease_until'] }],
      }),
      new Table({
        name: 'retention_rounds',
        columns: [c.primaryId(), c.string('day', 10), c.id('after')],
      }),
    ]);
    await addColumns(runner, 'event_chains', [
      c.bigint('cut_sequence', { default: 0 }),
      c.string('cut_hash', 43, { default: "''" }),
    ]);
    await addColumns(
      runner,
      'events',
      [],
      [{ name: 'events_chain', columnNames: ['project_id', 'sequence'] }],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'events', [], ['events_chain']);
    await dropColumns(runner, 'event_chains', ['cut_sequence', 'cut_hash']);
    for (const table of ['retention_rounds', 'retention_runs', 'retention_settings'])
      await runner.dropTable(table, true);
  }
}
