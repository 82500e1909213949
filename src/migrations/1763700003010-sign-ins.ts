import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

/** When, with what and from where people last signed in: it outlives the session. */
export class SignIns1763700003010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(
      runner,
      'users',
      [
        c.instant('last_sign_in_at', NULLABLE),
        c.string('last_sign_in_device', 200, NULLABLE),
        c.string('last_sign_in_location', 200, NULLABLE),
      ],
      // What keeps one active platform admin locks the admins, and must not lock everybody.
      [{ name: 'users_platform_role', columnNames: ['platform_role', 'status'] }],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const columns = ['last_sign_in_at', 'last_sign_in_device', 'last_sign_in_location'];
    await dropColumns(runner, 'users', columns, ['users_platform_role']);
  }
}
