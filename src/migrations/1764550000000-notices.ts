import type { MigrationInterface, QueryRunner } from 'typeorm';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

const INDEX = 'notifications_user_created';

/** How many mails somebody got lately is asked before each notice. */
export class Notices1764550000000 implements MigrationInterface {
  name = 'Notices1764550000000';

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'notifications', [], [{ name: INDEX, columnNames: ['user_id', 'created_at'] }]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'notifications', [], [INDEX]);
  }
}
