import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

/**
 * Frees the e-mail address of a deleted account: `current_email` takes over from `email` what makes an address
 * belong to one account at most, and is null for those who are deleted.
 */
export class FreedAddresses1764200000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(runner, 'users', [c.string('current_email', 254, NULLABLE)]);
    await runner.query(
      "UPDATE users SET current_email = email WHERE status <> 'deleted' AND current_email IS NULL",
    );
    const index = { name: 'users_current_email', columnNames: ['current_email'], isUnique: true };
    await addColumns(runner, 'users', [], [index]);
    // What SQLite keeps as a constraint of the table is an index on MySQL.
    const { uniques, indices } = (await runner.getTable('users'))!;
    if (uniques.some(({ name }) => name === 'users_email'))
      await runner.dropUniqueConstraint('users', 'users_email');
    else if (indices.some(({ name }) => name === 'users_email'))
      await runner.dropIndex('users', 'users_email');
  }

  /** @throws Error when the address of a deleted account has been registered again: before, it was taken for good. */
  async down(runner: QueryRunner): Promise<void> {
    const twice = await runner.query('SELECT email FROM users GROUP BY email HAVING COUNT(*) > 1');
    if (twice.length > 0) {
      throw new Error(
        `FreedAddresses cannot be reverted once an address of a deleted account has been registered again (cases: ` +
          `${twice.length}): the older schema keeps one account per address. Restore a backup instead.`,
      );
    }
    // An index also where it was a constraint: SQLite cannot add one to a table that others refer to.
    const unique = { name: 'users_email', columnNames: ['email'], isUnique: true };
    await addColumns(runner, 'users', [], [unique]);
    await dropColumns(runner, 'users', ['current_email'], ['users_current_email']);
  }
}
