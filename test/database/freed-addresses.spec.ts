import { FreedAddresses1764200000300 } from '../../src/migrations/1764200000300-freed-addresses.js';
import { MIGRATIONS } from '../../src/migrations/migrations.js';
import { type FreshDatabase, freshDatabase } from '../support/lane.js';
import { onDatabase } from '../support/open-database.js';

const UP_TO_HERE = MIGRATIONS.slice(0, MIGRATIONS.indexOf(FreedAddresses1764200000300) + 1);

let fresh: FreshDatabase;
beforeEach(async () => (fresh = await freshDatabase()));
afterEach(() => fresh.drop());

it('refuses to be undone once a freed address has been registered again, and says why', async () => {
  await onDatabase(
    fresh.url,
    async source => {
      await source.runMigrations();
      const add = (id: string, status: string, currentEmail: string | null) =>
        source.query(
          `INSERT INTO users (id, email, current_email, status, first_name, name, platform_role, password_hash,
             password_change_required, search_text, created_at)
           VALUES (?, 'a@b.example', ?, ?, 'A', 'B', 'user', 'x', 0, '', '2026-01-31 12:00:00.000')`,
          [id, currentEmail, status],
        );
      await add('usr_1', 'deleted', null);
      await add('usr_2', 'activated', 'a@b.example');
      await expect(source.undoLastMigration()).rejects.toThrow(
        'once an address of a deleted account has been registered again (cases: 1)',
      );
      await source.query("DELETE FROM users WHERE id = 'usr_1'");
      await source.undoLastMigration();
    },
    UP_TO_HERE,
  );
});
