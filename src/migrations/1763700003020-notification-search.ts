import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';

/** What admins find a mail by: recipient and subject, folded. */
export class NotificationSearch1763700003020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await addColumns(runner, 'notifications', [c.text('search_text', NULLABLE)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'notifications', ['search_text']);
  }
}
