import { hash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MIGRATIONS } from '../../src/migrations/migrations.js';
import {
  describeOn,
  type FreshDatabase,
  freshDatabase,
  freshDirectory,
  laneDatabase,
} from '../support/lane.js';
import { onDatabase } from '../support/open-database.js';
import { S3_KEY, S3Server } from '../support/s3-server.js';
import {
  admin,
  createKey,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  signIn,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { type Exit, runCli } from '../support/source-process.js';
import { pathOf, uploaded } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

const ENOUGH_MS = 120_000;
/** Longer than what a storage reads at once. */
const LARGE = Buffer.alloc(300_000, 'Zoë 🗝️\u2028');

interface Place extends Readonly<Record<string, string>> {
  readonly DATA_DIR: string;
  readonly DATABASE_URL: string;
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Where an installation may be. */
async function freshPlace(): Promise<Place> {
  const database: FreshDatabase = await freshDatabase();
  const DATA_DIR = await freshDirectory();
  cleanups.push(
    () => database.drop(),
    () => rm(DATA_DIR, { recursive: true, force: true }),
  );
  return { DATA_DIR, DATABASE_URL: database.url };
}

async function serve(place: Place): Promise<TestServer> {
  const server = await startServer({ ...place });
  cleanups.push(() => server.stop());
  return server;
}

const cli = (place: Place, ...args: string[]): Promise<Exit> =>
  runCli([...args, '--json'], { ...place }).ended(ENOUGH_MS);

async function succeed(place: Place, ...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await cli(place, ...args);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** What is said when a command is refused or fails. */
async function fail(place: Place, ...args: string[]): Promise<string> {
  const { code, stderr } = await cli(place, ...args);
  expect([args[0], code]).toEqual([args[0], 2]);
  return stderr;
}

/** Registers people one after the other until told to stop; `done` has the addresses that were acknowledged. */
function registering(server: TestServer) {
  const done: string[] = [];
  let going = true;
  const finished = (async () => {
    while (going) {
      const email = `person-${done.length}@people.example`;
      const person = { email, password: PASSWORD, first_name: 'Ada', name: 'Lovelace' };
      expectStatus(201, await server.api.post('/v1/users', person));
      done.push(email);
    }
  })();
  const stop = () => {
    going = false;
    return finished;
  };
  return { done, stop };
}

async function isVerified(server: TestServer, path: string, who: Person): Promise<void> {
  const { body } = await waitFor('every entry to be sealed', async () => {
    const answer = await server.api.get(path, who);
    return answer.status === 200 && answer;
  });
  expect(body).toMatchObject({ valid: true, first_bad: null });
}

it('backs a busy server up, and restores it elsewhere with everything that was acknowledged', async () => {
  const here = await freshPlace();
  const server = await serve(here);
  const root = await admin(server);
  const owner = await signUp(server);
  const project = await createProject(server, owner.auth);
  const contents = [Buffer.from('short'), LARGE];
  const urls: string[] = [];
  for (const bytes of contents) {
    const after = { visibility: 'public' };
    urls.push(pathOf((await uploaded(server.api, project.id, owner, { bytes, after })).url));
  }
  const gone = await uploaded(server.api, project.id, owner, { bytes: 'gone' });
  await rm(join(here.DATA_DIR, 'storage/media', project.id, gone.id));

  const writers = registering(server);
  await waitFor('some registrations', () => writers.done.length >= 3);
  const acknowledged = [...writers.done];
  const folder = join(await freshDirectory(), 'backup');
  const made = await cli(here, 'backup', '--to', folder);
  await writers.stop();
  expect(writers.done.length).toBeGreaterThan(acknowledged.length);
  expect(made.code).toBe(1);
  const generated = ['audit-signing-key.pem', ...(laneDatabase === 'sqlite' ? ['app-secret'] : [])];
  const report = JSON.parse(made.stdout);
  expect(report).toMatchObject({ files: 2, files_missing: 1, files_damaged: 0 });
  expect(report.secrets.toSorted()).toEqual(generated.toSorted());
  for (const name of generated) expect((await stat(join(folder, 'secrets', name))).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, '..'))).toEqual(['backup']);
  await succeed(here, 'backup', 'check', '--from', folder);
  expect(await fail(here, 'backup', '--to', folder)).toContain('exists');
  await isVerified(server, `/v1/projects/${project.id}/events/verify`, owner);
  await server.stop();

  expect(await fail(here, 'restore', '--from', folder)).toContain('is not empty');
  const there = await freshPlace();
  await succeed(there, 'restore', '--from', folder);
  const restored = await serve(there);
  expectStatus(200, await restored.api.get('/v1/me', root));
  await signIn(restored, owner.user.email, PASSWORD);
  for (const email of acknowledged) {
    const { items } = expectStatus(
      200,
      await restored.api.get('/v1/users', { ...root, query: { q: email } }),
    ).body;
    expect(items.map((user: any) => user.email)).toEqual([email]);
  }
  for (const [index, bytes] of contents.entries()) {
    const answer = await fetch(new URL(urls[index]!, restored.url));
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
  }
  await isVerified(restored, `/v1/projects/${project.id}/events/verify`, owner);
  await isVerified(restored, '/v1/events/verify', root);
}, 300_000);

it('refuses what is damaged or newer, and brings what is older up to date', async () => {
  const here = await freshPlace();
  const server = await serve(here);
  const owner = await signUp(server);
  await server.stop();
  await onDatabase(here.DATABASE_URL, source => source.undoLastMigration(), MIGRATIONS);
  const folder = join(await freshDirectory(), 'backup');
  await succeed(here, 'backup', '--to', folder);

  const there = await freshPlace();
  const manifest = join(folder, 'manifest.json');
  const whole = await readFile(manifest, 'utf8');
  const changed = JSON.parse(whole);
  changed.migrations.push('FromTheFuture9999999999999');
  await writeFile(manifest, JSON.stringify(changed));
  expect(await fail(there, 'restore', '--from', folder)).toContain('newer release');
  await writeFile(manifest, whole);

  const table = join(folder, 'tables/users.jsonl.gz');
  const bytes = await readFile(table);
  const altered = Buffer.from(bytes);
  altered[altered.length >> 1]! ^= 1;
  await writeFile(table, altered);
  const damage = expect.stringContaining('users.jsonl.gz is not what it was');
  expect(await fail(there, 'restore', '--from', folder)).toEqual(damage);
  const checked = await cli(there, 'backup', 'check', '--from', folder);
  expect([checked.code, JSON.parse(checked.stdout)]).toEqual([1, { folder, whole: false, damage }]);
  await writeFile(table, bytes);
  expect(await readdir(there.DATA_DIR)).toEqual([]);

  await succeed(there, 'restore', '--from', folder);
  const restored = await serve(there);
  await signIn(restored, owner.user.email, PASSWORD);
}, 300_000);

// Where the files are is nothing to the database.
describeOn('sqlite')('with an S3-compatible store', () => {
  /** Longer than a part of a multipart upload. */
  const IN_PARTS = randomBytes(9_000_000);

  /** Where an installation may be that keeps its files in a store of its own. */
  async function freshPlaceWithStore(): Promise<{ place: Place; store: S3Server }> {
    const store = await new S3Server().start();
    cleanups.push(() => store.stop());
    const credentials = { AWS_ACCESS_KEY_ID: S3_KEY.id, AWS_SECRET_ACCESS_KEY: S3_KEY.secret };
    // The SDK of the server in this process takes them from its environment.
    Object.assign(process.env, credentials);
    return { place: { ...(await freshPlace()), S3_URL: store.url, ...credentials }, store };
  }

  it('takes every file out of one store and puts it into another', async () => {
    const { place: here, store } = await freshPlaceWithStore();
    const server = await serve(here);
    const owner = await signUp(server);
    const project = await createProject(server, owner.auth);
    const contents = [Buffer.from('short'), LARGE, IN_PARTS];
    const urls: string[] = [];
    for (const bytes of contents) {
      const after = { visibility: 'public' };
      urls.push(pathOf((await uploaded(server.api, project.id, owner, { bytes, after })).url));
    }
    await server.stop();
    const stored = (of: S3Server) =>
      [...of.objects].map(([key, { bytes }]) => [key, hash('sha256', bytes)]).toSorted();
    expect(stored(store)).toHaveLength(contents.length);

    const folder = join(await freshDirectory(), 'backup');
    const made = await succeed(here, 'backup', '--to', folder);
    expect(made).toMatchObject({ files: contents.length, files_missing: 0, files_damaged: 0 });
    const beside = await freshPlace();
    expect(await fail({ ...here, ...beside }, 'restore', '--from', folder)).toContain('storage is not empty');
    expect(await readdir(beside.DATA_DIR)).toEqual([]);

    const { place: there, store: other } = await freshPlaceWithStore();
    await succeed(there, 'restore', '--from', folder);
    expect(stored(other)).toEqual(stored(store));
    expect(other.uploads.size).toBe(0);
    await store.stop();
    const restored = await serve(there);
    for (const [index, bytes] of contents.entries()) {
      const answer = await fetch(new URL(urls[index]!, restored.url));
      expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    }
  }, 300_000);

  it('makes no backup of files that it cannot read', async () => {
    const { place, store } = await freshPlaceWithStore();
    const server = await serve(place);
    const owner = await signUp(server);
    const project = await createProject(server, owner.auth);
    await uploaded(server.api, project.id, owner, { bytes: 'kept' });
    await server.stop();
    store.broken = 503;
    const folder = await freshDirectory();
    expect(await fail(place, 'backup', '--to', join(folder, 'backup'))).toMatch(/storage/i);
    expect(await readdir(folder)).toEqual([]);
  }, 300_000);
});

describeOn('mariadb')('from one kind of database into the other', () => {
  /** What every table holds, which is told the same way for both kinds. */
  async function contentOf(place: Place): Promise<unknown> {
    const folder = join(await freshDirectory(), 'backup');
    await succeed(place, 'backup', '--to', folder);
    const { tables } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'));
    return tables.map(({ name, rows, digest }: any) => ({ name, rows, digest }));
  }

  it('is the same in both, and back again', async () => {
    const here = await freshPlace();
    const server = await serve(here);
    const owner = await signUp(server);
    const project = await createProject(server, owner.auth, { name: 'Zoë 🗝️' });
    await createKey(server, owner.auth, project.id);
    await uploaded(server.api, project.id, owner, { bytes: LARGE });
    await server.stop();
    const folder = join(await freshDirectory(), 'backup');
    await succeed(here, 'backup', '--to', folder);
    const before = await contentOf(here);

    const inSqlite = {
      ...(await freshPlace()),
      DATABASE_URL: `sqlite:${join(await freshDirectory(), 'x.sqlite')}`,
    };
    await succeed(inSqlite, 'restore', '--from', folder);
    expect(await contentOf(inSqlite)).toEqual(before);

    const there = { ...inSqlite, DATABASE_URL: (await freshPlace()).DATABASE_URL };
    const way = ['--from', inSqlite.DATABASE_URL, '--to', there.DATABASE_URL];
    const { tables, rows, tables_kept } = await succeed(there, 'copy', ...way);
    expect(tables_kept).toBe(0);
    expect(await contentOf(there)).toEqual(before);
    expect(await fail(there, 'copy', ...way)).toContain('is not empty');
    // As if it had broken off.
    await onDatabase(there.DATABASE_URL, async source => {
      await source.query('CREATE TABLE bailiwick_unfinished_copy (began_at datetime)');
      await source.query('DELETE FROM sessions LIMIT 1');
    });
    const resumed = await succeed(there, 'copy', ...way);
    expect(resumed).toMatchObject({ tables, rows });
    expect(resumed.tables_kept).toBeGreaterThan(0);
    expect(await contentOf(there)).toEqual(before);
    const restored = await serve(there);
    await signIn(restored, owner.user.email, PASSWORD);
  }, 300_000);
});
