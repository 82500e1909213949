import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/**
 * Webhook endpoints, what is to be delivered to them, and what became of it. Deliveries and attempts have no foreign keys:
 * there are many of them, and those of a deleted endpoint go little by little.
 */
export class Webhooks1764700000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [...endpoints(c), ...deliveries(c)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = ['webhook_recoveries', 'webhook_attempts', 'webhook_deliveries', 'webhook_queues'];
    for (const table of [...tables, 'webhook_secrets', 'webhook_endpoints'])
      await runner.dropTable(table, true);
  }
}

const endpoints = (c: Columns) => [
  new Table({
    name: 'webhook_endpoints',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('lineage'),
      c.text('url'),
      c.string('description', 200, NULLABLE),
      c.json('event_types'),
      c.string('status', 20),
      c.string('disabled_reason', 20, NULLABLE),
      c.instant('created_at'),
    ],
    uniques: [{ name: 'webhook_endpoints_lineage', columnNames: ['project_id', 'lineage'] }],
    indices: [
      { name: 'webhook_endpoints_list', columnNames: ['project_id', 'id'] },
      { name: 'webhook_endpoints_status', columnNames: ['project_id', 'status', 'id'] },
    ],
    foreignKeys: [references('webhook_endpoints', 'project_id', 'projects')],
  }),
  new Table({
    name: 'webhook_secrets',
    columns: [
      c.serialId(),
      c.id('endpoint_id'),
      c.text('sealed'),
      c.string('preview', 20),
      c.instant('expires_at', NULLABLE),
    ],
    indices: [{ name: 'webhook_secrets_endpoint', columnNames: ['endpoint_id', 'id'] }],
    foreignKeys: [references('webhook_secrets', 'endpoint_id', 'webhook_endpoints')],
  }),
  new Table({
    name: 'webhook_queues',
    columns: [
      c.primaryId('endpoint_id'),
      c.id('project_id'),
      c.instant('next_due_at', NULLABLE),
      c.id('leased_by', NULLABLE),
      c.instant('lease_until', NULLABLE),
      c.instant('last_success_at', NULLABLE),
      c.instant('last_failure_at', NULLABLE),
      c.instant('failing_since', NULLABLE),
      c.id('verified_by', NULLABLE),
      c.instant('verified_at', NULLABLE),
    ],
    indices: [
      { name: 'webhook_queues_due', columnNames: ['next_due_at'] },
      { name: 'webhook_queues_project', columnNames: ['project_id', 'verified_at'] },
    ],
    foreignKeys: [references('webhook_queues', 'endpoint_id', 'webhook_endpoints')],
  }),
];

const deliveries = (c: Columns) => [
  new Table({
    name: 'webhook_deliveries',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('endpoint_id'),
      c.id('event_id'),
      c.string('type', 60),
      c.boolean('test'),
      c.string('status', 20),
      c.integer('attempt_count'),
      c.integer('step'),
      c.boolean('in_order'),
      c.instant('next_attempt_at', NULLABLE),
      c.instant('created_at'),
    ],
    uniques: [{ name: 'webhook_deliveries_event', columnNames: ['endpoint_id', 'event_id'] }],
    indices: [
      { name: 'webhook_deliveries_list', columnNames: ['project_id', 'endpoint_id', 'id'] },
      { name: 'webhook_deliveries_status', columnNames: ['project_id', 'endpoint_id', 'status', 'id'] },
      { name: 'webhook_deliveries_type', columnNames: ['project_id', 'endpoint_id', 'type', 'id'] },
      {
        name: 'webhook_deliveries_due',
        columnNames: ['endpoint_id', 'status', 'next_attempt_at', 'event_id'],
      },
    ],
  }),
  new Table({
    name: 'webhook_attempts',
    columns: [
      c.primaryId(),
      c.id('endpoint_id'),
      c.id('delivery_id'),
      c.boolean('test'),
      c.boolean('succeeded'),
      c.integer('status_code', NULLABLE),
      c.string('error', 120, NULLABLE),
      c.integer('latency_ms'),
      c.text('response_body', NULLABLE),
      c.instant('at'),
    ],
    indices: [
      { name: 'webhook_attempts_delivery', columnNames: ['delivery_id', 'id'] },
      { name: 'webhook_attempts_outcome', columnNames: ['endpoint_id', 'test', 'succeeded', 'id'] },
    ],
  }),
  new Table({
    name: 'webhook_recoveries',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('endpoint_id'),
      c.id('from_event'),
      c.id('before_event'),
      c.instant('due_at'),
    ],
  }),
];
