import { DataSource } from 'typeorm';
import { parseDatabaseUrl } from '../../src/kernel/config/database-url.js';
import { writerOptions } from '../../src/kernel/database/open-database.js';
import { describeOn, freshDatabase, laneDatabase } from '../support/lane.js';
import { mariadbScript, migrate, migratedDatabase, runScript } from '../support/migrated-database.js';

/** Everything in a database, to be compared. */
async function contentOf(url: string): Promise<unknown> {
  if (laneDatabase === 'mariadb') return mariadbScript(url);
  const source = await new DataSource(writerOptions(parseDatabaseUrl(url)!)).initialize();
  try {
    const schema: { type: string; name: string; sql: string }[] = await source.query(
      'SELECT type, name, sql FROM sqlite_master ORDER BY type, name',
    );
    const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => name);
    const rows: unknown[] = [];
    for (const table of tables) rows.push({ table, rows: await source.query(`SELECT * FROM "${table}"`) });
    return { schema, rows };
  } finally {
    await source.destroy();
  }
}

it('gives tests what the migrations make of an empty database', async () => {
  const [copy, migrated] = [await migratedDatabase(), await freshDatabase()];
  try {
    await migrate(migrated.url);
    const content = await contentOf(copy.url);
    expect(content).toEqual(await contentOf(migrated.url));
    // Nothing is left to do.
    await migrate(copy.url);
    expect(await contentOf(copy.url)).toEqual(content);
  } finally {
    await copy.drop();
    await migrated.drop();
  }
});

describeOn('mariadb')('a script of a MariaDB database', () => {
  it('brings triggers with it, and rows as they are', async () => {
    const [original, copy] = [await freshDatabase(), await freshDatabase()];
    try {
      await runScript(
        original.url,
        `CREATE TABLE entry (id BIGINT PRIMARY KEY, at DATETIME(3), content LONGTEXT);
         INSERT INTO entry VALUES (9007199254740993, '2026-01-31 12:00:00.001', 'it''s; "so" \\\\ \u2026');
         CREATE TRIGGER entry_stays BEFORE UPDATE ON entry FOR EACH ROW
         BEGIN
           SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an entry stays as it is';
         END;`,
      );
      const script = await mariadbScript(original.url);
      expect(script).toContain('9007199254740993');
      await runScript(copy.url, script);
      expect(await mariadbScript(copy.url)).toBe(script);
      await expect(runScript(copy.url, "UPDATE entry SET content = ''")).rejects.toThrow('stays as it is');
    } finally {
      await original.drop();
      await copy.drop();
    }
  });
});
