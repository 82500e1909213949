import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fold } from '../kernel/text/search.js';

const TABLES = ['users', 'projects', 'events', 'notifications'];
const BATCH = 500;
/** As much of it as every table has room for. */
const MOST = 600;

/** Searches have become blind to accents: what they look through is folded anew where it holds more than ASCII. */
export class BlindSearch1764500000100 implements MigrationInterface {
  name = 'BlindSearch1764500000100';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await refold(runner, table);
  }

  /** Leaves the texts as they are: the former search finds them by their plain letters. */
  async down(): Promise<void> {}
}

async function refold(runner: QueryRunner, table: string): Promise<void> {
  const sqlite = runner.dataSource.options.type === 'better-sqlite3';
  const bytes = sqlite ? 'length(CAST(search_text AS BLOB))' : 'LENGTH(search_text)';
  const characters = sqlite ? 'length(search_text)' : 'CHAR_LENGTH(search_text)';
  for (let after = ''; ;) {
    const rows: { id: string; search_text: string }[] = await runner.query(
      `SELECT id, search_text FROM ${table} WHERE id > ? AND ${bytes} <> ${characters} ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    for (const { id, search_text } of rows) {
      await runner.query(`UPDATE ${table} SET search_text = ? WHERE id = ?`, [
        fold(search_text).slice(0, MOST),
        id,
      ]);
    }
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.id;
  }
}
