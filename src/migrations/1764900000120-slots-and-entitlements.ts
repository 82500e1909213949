import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** What customers may have at the same time, and what they may do. */
export class SlotsAndEntitlements1764900000120 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [pools(c), holdings(c), slotEvents(c), entitlements(c), entitlementEvents(c)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['entitlement_events', 'entitlements', 'slot_events', 'slot_holdings', 'slot_pools'])
      await runner.dropTable(table, true);
  }
}

function pools(c: Columns): Table {
  return new Table({
    name: 'slot_pools',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('customer_row_id'),
      c.string('wallet', 100),
      c.string('source', 100),
      c.bigint('capacity'),
      c.bigint('in_use'),
      c.instant('created_at'),
    ],
    indices: [
      {
        name: 'slot_pools_key',
        columnNames: ['customer_row_id', 'wallet', 'source'],
        isUnique: true,
      },
    ],
    foreignKeys: [
      references('slot_pools', 'project_id', 'projects'),
      references('slot_pools', 'customer_row_id', 'customers'),
    ],
  });
}

function holdings(c: Columns): Table {
  return new Table({
    name: 'slot_holdings',
    columns: [
      c.primaryId(),
      c.id('pool_id'),
      c.id('customer_row_id'),
      c.string('wallet', 100),
      c.string('resource_id', 255),
      c.bigint('amount'),
      c.instant('created_at'),
    ],
    indices: [
      {
        name: 'slot_holdings_key',
        columnNames: ['customer_row_id', 'wallet', 'resource_id'],
        isUnique: true,
      },
    ],
    foreignKeys: [references('slot_holdings', 'pool_id', 'slot_pools')],
  });
}

function slotEvents(c: Columns): Table {
  return new Table({
    name: 'slot_events',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('customer_row_id'),
      c.string('type', 20),
      c.string('wallet', 100),
      c.string('source', 100),
      c.bigint('amount'),
      c.string('resource_id', 255, NULLABLE),
      c.text('description', NULLABLE),
      c.string('idempotency_key', 255, NULLABLE),
      // Of events with a key: what was asked, and what was answered.
      c.string('fingerprint', 64, NULLABLE),
      c.json('answer', NULLABLE),
      c.instant('created_at'),
    ],
    indices: [
      { name: 'slot_events_list', columnNames: ['customer_row_id', 'id'] },
      { name: 'slot_events_type', columnNames: ['customer_row_id', 'type', 'id'] },
      { name: 'slot_events_wallet', columnNames: ['customer_row_id', 'wallet', 'id'] },
      { name: 'slot_events_resource', columnNames: ['customer_row_id', 'resource_id', 'id'] },
      {
        name: 'slot_events_key',
        columnNames: ['project_id', 'type', 'idempotency_key'],
        isUnique: true,
      },
    ],
  });
}

function entitlements(c: Columns): Table {
  return new Table({
    name: 'entitlements',
    columns: [
      c.primaryId(),
      c.id('project_id'),
      c.id('customer_row_id'),
      c.string('feature_key', 255),
      c.text('value'),
      c.instant('valid_from', NULLABLE),
      c.instant('valid_until', NULLABLE),
      c.string('source', 100, NULLABLE),
      c.text('description', NULLABLE),
      c.json('metadata', NULLABLE),
      c.instant('created_at'),
    ],
    indices: [{ name: 'entitlements_key', columnNames: ['customer_row_id', 'feature_key'], isUnique: true }],
    foreignKeys: [
      references('entitlements', 'project_id', 'projects'),
      references('entitlements', 'customer_row_id', 'customers'),
    ],
  });
}

function entitlementEvents(c: Columns): Table {
  return new Table({
    name: 'entitlement_events',
    columns: [
      c.primaryId(),
      c.id('customer_row_id'),
      c.string('feature_key', 255),
      c.string('type', 10),
      c.text('old_value', NULLABLE),
      c.text('new_value', NULLABLE),
      c.string('source', 100, NULLABLE),
      c.text('description', NULLABLE),
      c.instant('created_at'),
    ],
    indices: [
      { name: 'entitlement_events_list', columnNames: ['customer_row_id', 'id'] },
      { name: 'entitlement_events_type', columnNames: ['customer_row_id', 'type', 'id'] },
      { name: 'entitlement_events_feature', columnNames: ['customer_row_id', 'feature_key', 'id'] },
    ],
  });
}
