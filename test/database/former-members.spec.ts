import type { DataSource } from 'typeorm';
import { parseDatabaseUrl } from '../../src/kernel/config/database-url.js';
import { openDatabase, writerOptions } from '../../src/kernel/database/open-database.js';
import { WriterSource } from '../../src/kernel/database/writer-source.js';
import { FormerMembers1763700004000 } from '../../src/migrations/1763700004000-former-members.js';
import { MIGRATIONS } from '../../src/migrations/migrations.js';
import { type FreshDatabase, freshDatabase } from '../support/lane.js';

const AT = '2026-01-31 12:00:00.000';
const ROLE = { role_id: 'rol_00000000000000000000000001' };
const BEFORE = MIGRATIONS.slice(0, MIGRATIONS.indexOf(FormerMembers1763700004000));

let fresh: FreshDatabase;
beforeEach(async () => (fresh = await freshDatabase()));
afterEach(() => fresh.drop());

/** Brings the database up to the last of `migrations` and works on it. */
async function at(migrations: typeof MIGRATIONS, work: (source: DataSource) => Promise<void>): Promise<void> {
  const options = writerOptions(parseDatabaseUrl(fresh.url)!);
  const source = new WriterSource(Object.assign(options, { entities: [], migrations }));
  const database = await openDatabase(await source.initialize());
  try {
    await work(source);
  } finally {
    await database.close();
  }
}

async function insert(source: DataSource, table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  const marks = columns.map(() => '?').join(', ');
  const names = columns.join(', ');
  await source.query(`INSERT INTO ${table} (${names}) VALUES (${marks})`, Object.values(row));
}

/** A project with one member, who has a key. */
async function populate(source: DataSource): Promise<void> {
  await insert(source, 'users', {
    id: 'usr_1',
    email: 'a@b.example',
    first_name: 'A',
    name: 'B',
    status: 'activated',
    platform_role: 'user',
    password_hash: 'x',
    password_change_required: 0,
    search_text: '',
    created_at: AT,
  });
  await insert(source, 'organizations', {
    id: 'org_1',
    name: 'O',
    owner_id: 'usr_1',
    personal: 1,
    plan: 'standard',
    requests_per_minute: 1,
    requests_per_day: 1,
    created_at: AT,
  });
  await insert(source, 'projects', {
    id: 'prj_1',
    organization_id: 'org_1',
    owner_id: 'usr_1',
    name: 'P',
    search_text: 'p',
    status: 'new',
    environment: 'sandbox',
    created_at: AT,
  });
  await insert(source, 'members', {
    id: 'mbr_1',
    project_id: 'prj_1',
    user_id: 'usr_1',
    status: 'active',
    added_at: AT,
    ...ROLE,
  });
  await insert(source, 'api_keys', {
    id: 'key_1',
    project_id: 'prj_1',
    member_id: 'mbr_1',
    name: 'K',
    status: 'activated',
    preview: 'x',
    secret_hash: 'x',
    allowed_ips: '[]',
    allowed_domains: '[]',
    created_by: 'usr_1',
    created_at: AT,
    ...ROLE,
  });
}

const joinAgain = (source: DataSource, id: string) =>
  insert(source, 'members', {
    id,
    project_id: 'prj_1',
    user_id: 'usr_1',
    current_user_id: 'usr_1',
    status: 'active',
    added_at: AT,
    ...ROLE,
  });

it('keeps members and their keys, and lets people join again once they have left', async () => {
  await at(BEFORE, populate);
  await at(MIGRATIONS, async source => {
    const [member] = await source.query('SELECT * FROM members');
    expect(member).toMatchObject({ id: 'mbr_1', user_id: 'usr_1', current_user_id: 'usr_1' });
    expect(await source.query('SELECT id, member_id FROM api_keys')).toMatchObject([
      { id: 'key_1', member_id: 'mbr_1' },
    ]);
    await expect(joinAgain(source, 'mbr_2')).rejects.toThrow();
    await source.query("UPDATE members SET status = 'removed', current_user_id = NULL");
    await joinAgain(source, 'mbr_2');
    await expect(joinAgain(source, 'mbr_3')).rejects.toThrow();
    // Members that keys refer to cannot vanish.
    await expect(source.query("DELETE FROM members WHERE id = 'mbr_1'")).rejects.toThrow();
  });
});

it('can be run again when it broke off, and be undone', async () => {
  const upToHere = [...BEFORE, FormerMembers1763700004000];
  await at(BEFORE, populate);
  await at(upToHere, async source => {
    await source.query('DELETE FROM migrations WHERE name = ?', [FormerMembers1763700004000.name]);
    await source.runMigrations();
    // As far as an attempt came that broke off.
    await source.query('CREATE UNIQUE INDEX members_user ON members (user_id, project_id)');
    await source.undoLastMigration();
    const again = { id: 'mbr_2', project_id: 'prj_1', user_id: 'usr_1', status: 'active', added_at: AT };
    await expect(insert(source, 'members', { ...again, ...ROLE })).rejects.toThrow();
    await source.runMigrations();
    expect(await source.query('SELECT current_user_id FROM members')).toMatchObject([
      { current_user_id: 'usr_1' },
    ]);
  });
});

it('refuses to be undone once somebody has left and joined again, and says why', async () => {
  await at(BEFORE, populate);
  await at([...BEFORE, FormerMembers1763700004000], async source => {
    await source.query("UPDATE members SET status = 'removed', current_user_id = NULL");
    await joinAgain(source, 'mbr_2');
    await expect(source.undoLastMigration()).rejects.toThrow('somebody has left a team and joined it again');
    await expect(joinAgain(source, 'mbr_3')).rejects.toThrow();
  });
});
