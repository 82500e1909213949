import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, createTables, dropColumns } from '../kernel/database/create-tables.js';

/** The hash chain of each log. */
export class EventChains1763700002100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    await createTables(runner, [
      new Table({
        name: 'event_chains',
        columns: [c.primaryId('log'), c.bigint('last_sequence'), c.string('last_hash', 43)],
      }),
    ]);
    await addColumns(
      runner,
      'events',
      [c.string('previous_hash', 43, NULLABLE), c.string('hash', 43, NULLABLE)],
      [{ name: 'events_unsealed', columnNames: ['sequence', 'id'] }],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    // Without their chain, entries count as unsealed: run again, the migration numbers them from 1.
    await runner.query('UPDATE events SET sequence = NULL WHERE sequence IS NOT NULL');
    await dropColumns(runner, 'events', ['previous_hash', 'hash'], ['events_unsealed']);
    await runner.dropTable('event_chains', true);
  }
}
