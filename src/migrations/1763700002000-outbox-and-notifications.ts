import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables } from '../kernel/database/create-tables.js';

/** Jobs that wait for commit, and the mails sent through them. */
export class OutboxAndNotifications1763700002000 implements MigrationInterface {
  readonly name = 'OutboxAndNotifications1763700002000';

  async up(runner: QueryRunner): Promise<void> {
    const column = await Columns.for(runner);
    const tables = [
      new Table({
        name: 'outbox',
        columns: [
          column.primaryId(),
          column.string('job', 100),
          column.id('payload_id'),
          column.string('status', 20),
          column.integer('attempts'),
          column.instant('run_at'),
          column.instant('lease_until', NULLABLE),
          column.string('last_error', 200, NULLABLE),
          column.instant('created_at'),
        ],
        indices: [{ name: 'outbox_status_run_at', columnNames: ['status', 'run_at'] }],
      }),
      // No foreign key to the recipient: what was sent to whom outlives the account.
      new Table({
        name: 'notifications',
        columns: [
          column.primaryId(),
          column.id('user_id', NULLABLE),
          column.string('to_address', 254),
          column.string('to_name', 200, NULLABLE),
          column.string('template', 50),
          column.string('subject', 255),
          column.text('sealed_body', NULLABLE),
          column.string('status', 20),
          column.integer('attempts'),
          column.string('last_error', 200, NULLABLE),
          column.instant('created_at'),
          column.instant('sent_at', NULLABLE),
        ],
        indices: [{ name: 'notifications_status_id', columnNames: ['status', 'id'] }],
      }),
    ];
    await createTables(runner, tables);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('notifications', true);
    await runner.dropTable('outbox', true);
  }
}
