import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, createTables, dropColumns, references } from '../kernel/database/create-tables.js';

/** Second factors: one-time codes of an app, and recovery codes. */
export class Totp1765000000200 implements MigrationInterface {
  name = 'Totp1765000000200';

  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'user_totps',
        columns: [
          c.id('user_id', { isPrimary: true }),
          c.string('sealed_secret', 200),
          c.bigint('last_step'),
          c.instant('created_at'),
        ],
        foreignKeys: [references('user_totps', 'user_id', 'users')],
      }),
      new Table({
        name: 'user_recovery_codes',
        columns: [c.string('code_hash', 43, { isPrimary: true }), c.id('user_id')],
        indices: [{ name: 'user_recovery_codes_user', columnNames: ['user_id'] }],
        foreignKeys: [references('user_recovery_codes', 'user_id', 'users')],
      }),
    ]);
    await addColumns(runner, 'users', [c.instant('totp_enabled_at', NULLABLE)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'users', ['totp_enabled_at']);
    await runner.dropTable('user_recovery_codes', true);
    await runner.dropTable('user_totps', true);
  }
}
