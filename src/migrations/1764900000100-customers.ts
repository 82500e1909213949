import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { createTables, references } from '../kernel/database/create-tables.js';

/** Whom projects bill, named by the projects' own ids. */
export class Customers1764900000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'customers',
        columns: [
          c.primaryId(),
          c.id('project_id'),
          c.string('customer_id', 255),
          c.string('name', 200, NULLABLE),
          c.string('email', 254, NULLABLE),
          c.json('metadata'),
          c.string('search_text', 600),
          c.instant('created_at'),
        ],
        indices: [
          { name: 'customers_name', columnNames: ['project_id', 'customer_id'], isUnique: true },
          // A search is answered by the index alone.
          { name: 'customers_list', columnNames: ['project_id', 'id', 'search_text'] },
        ],
        foreignKeys: [references('customers', 'project_id', 'projects')],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('customers', true);
  }
}
