import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

/** A mailed token may be about another address than the account's: the one it is to get. */
export class EmailChanges1765000000100 implements MigrationInterface {
  name = 'EmailChanges1765000000100';

  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(runner, 'user_tokens', [c.string('email', 254, NULLABLE)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'user_tokens', ['email']);
  }
}
