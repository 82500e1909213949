import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns } from '../kernel/database/columns.js';
import { createTables } from '../kernel/database/create-tables.js';

/** What an installation knows of itself, such as which secret its data was written with. */
export class Installation1765200000400 implements MigrationInterface {
  name = 'Installation1765200000400';

  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'installation_facts',
        columns: [c.string('name', 40, { isPrimary: true }), c.string('value', 255), c.instant('updated_at')],
      }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('installation_facts', true);
  }
}
