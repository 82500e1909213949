import type { MigrationInterface, QueryRunner, TableIndexOptions } from 'typeorm';
import { Columns, NULLABLE } from '../kernel/database/columns.js';
import { addColumns, dropColumns } from '../kernel/database/create-tables.js';
import { searchedText } from '../kernel/text/search.js';

const BATCH = 500;

/** For each filter of a project's keys what it leaves, in the list's order. */
const INDICES: TableIndexOptions[] = [
  { name: 'api_keys_status_list', columnNames: ['project_id', 'status', 'id'] },
  { name: 'api_keys_owner_list', columnNames: ['project_id', 'member_id', 'id'] },
  { name: 'api_keys_role_list', columnNames: ['project_id', 'role_id', 'id'] },
];

/** Keys get limits of their own, are found by name and preview, and know how old their secret is. */
export class KeyListsAndLimits1765200000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const c = await Columns.for(runner);
    const columns = [
      c.text('search_text', NULLABLE),
      c.instant('regenerated_at', NULLABLE),
      c.integer('requests_per_minute', NULLABLE),
      c.bigint('requests_per_day', NULLABLE),
    ];
    await addColumns(runner, 'api_keys', columns, INDICES);
    await fillSearchText(runner);
    // The event log knows when secrets were replaced.
    await runner.query(
      'UPDATE api_keys SET regenerated_at = (SELECT MAX(e.created_at) FROM events e ' +
        "WHERE e.target_id = api_keys.id AND e.type = 'api_key.regenerated' AND e.outcome = 'success') " +
        'WHERE regenerated_at IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(
      runner,
      'api_keys',
      ['search_text', 'regenerated_at', 'requests_per_minute', 'requests_per_day'],
      INDICES.map(({ name }) => name!),
    );
  }
}

async function fillSearchText(runner: QueryRunner): Promise<void> {
  for (let after = ''; ;) {
    const rows: { id: string; name: string; preview: string }[] = await runner.query(
      `SELECT id, name, preview FROM api_keys WHERE id > ? AND search_text IS NULL ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    for (const { id, name, preview } of rows) {
      const text = searchedText(`${name} ${preview}`);
      await runner.query('UPDATE api_keys SET search_text = ? WHERE id = ?', [text, id]);
    }
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.id;
  }
}
