import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, createTables, dropColumns } from '../kernel/database/create-tables.js';

/**
 * Signed checkpoints of the event log. What an entry's hash covers is its canonical JSON from now on, so that strangers can
 * check it: entries are sealed anew, in the same order.
 */
export class Checkpoints1764560000000 implements MigrationInterface {
  name = 'Checkpoints1764560000000';

  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    if (!(await runner.hasTable('event_checkpoints'))) await unseal(runner);
    await createTables(runner, [
      new Table({
        name: 'event_checkpoints',
        columns: [
          c.primaryId(),
          c.id('log'),
          c.bigint('sequence'),
          c.string('hash', 43),
          c.bigint('previous_sequence', NULLABLE),
          c.string('previous_hash', 43, NULLABLE),
          c.instant('created_at'),
          c.string('key_id', 43),
          c.string('signature', 86),
        ],
        indices: [
          { name: 'event_checkpoints_place', columnNames: ['log', 'sequence'], isUnique: true },
          { name: 'event_checkpoints_list', columnNames: ['log', 'id'] },
        ],
      }),
      new Table({
        name: 'event_signing_keys',
        columns: [c.string('kid', 43, { isPrimary: true }), c.string('x', 43), c.instant('created_at')],
      }),
    ]);
    await addColumns(runner, 'event_chains', [
      c.bigint('signed_sequence', NULLABLE),
      c.instant('signed_at', NULLABLE),
    ]);
    await addColumns(
      runner,
      'events',
      [],
      [{ name: 'events_chain', columnNames: ['project_id', 'sequence'] }],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'events', [], ['events_chain']);
    await dropColumns(runner, 'event_chains', ['signed_sequence', 'signed_at']);
    await runner.dropTable('event_signing_keys', true);
    await runner.dropTable('event_checkpoints', true);
    await unseal(runner);
  }
}

async function unseal(runner: QueryRunner): Promise<void> {
  await runner.query(
    'UPDATE events SET sequence = NULL, previous_hash = NULL, hash = NULL WHERE sequence IS NOT NULL',
  );
  await runner.query('DELETE FROM event_chains');
}
