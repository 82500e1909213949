import { rm } from 'node:fs/promises';
import type { DataSource } from 'typeorm';
import { CustomRolesAndVisibility1763700005000 } from '../../src/migrations/1763700005000-custom-roles-and-visibility.js';
import { MIGRATIONS } from '../../src/migrations/migrations.js';
import { describeOn, type FreshDatabase, freshDatabase, freshDirectory } from '../support/lane.js';
import { onDatabase } from '../support/open-database.js';
import { createKey, createProject, expectStatus, signUp } from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { type Exit, runTypeorm } from '../support/source-process.js';
import { waitFor } from '../support/wait-for.js';

let database: FreshDatabase;
let environment: { DATA_DIR: string; DATABASE_URL: string };
let server: ServerProcess | null = null;

beforeEach(async () => {
  database = await freshDatabase();
  environment = { DATA_DIR: await freshDirectory(), DATABASE_URL: database.url };
});

afterEach(async () => {
  await server?.kill();
  server = null;
  await database.drop();
  await rm(environment.DATA_DIR, { recursive: true, force: true });
});

const typeorm = (command: string): Promise<Exit> => runTypeorm(command, environment).ended(20_000);

async function succeed(command: string): Promise<string> {
  const { code, stdout, stderr } = await typeorm(command);
  expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
  return stdout;
}

/** What `migration:show` lists: the names of the migrations that have been run, and of those that have not. */
async function shown(): Promise<{ run: string[]; pending: string[] }> {
  const lines = await succeed('migration:show');
  const names = (mark: RegExp) => [...lines.matchAll(mark)].map(([, name]) => name!);
  return { run: names(/^\[X\] \d+ (\w+)$/gm), pending: names(/^\[ \] (\w+)$/gm) };
}

const all = MIGRATIONS.map(({ name }) => name);

const withSource = <T>(work: (source: DataSource) => Promise<T>): Promise<T> =>
  onDatabase(database.url, work, MIGRATIONS);

/** Reverts that many migrations, as the command does it, which takes a process for each. */
const undo = (times: number): Promise<void> =>
  withSource(async source => {
    for (let time = 0; time < times; time++) await source.undoLastMigration();
  });

/** How many rows the oldest tables have. */
const counts = (): Promise<Record<string, number>> =>
  withSource(async source => {
    const found: Record<string, number> = {};
    for (const table of ['users', 'sessions', 'projects', 'members', 'api_keys', 'events']) {
      const [{ rows }] = await source.query(`SELECT COUNT(*) AS \`rows\` FROM ${table}`);
      found[table] = Number(rows);
    }
    return found;
  });

/** The numbers that the entries of a project's log have, newest first, once all have one. */
function numbersOf(project: { id: string }, auth: string): Promise<number[]> {
  return waitFor('every entry to be sealed', async () => {
    const { body } = expectStatus(200, await server!.api.get(`/v1/projects/${project.id}/events`, { auth }));
    const numbers = body.items.map((event: { sequence: number | null }) => event.sequence);
    return !numbers.includes(null) && numbers;
  });
}

it("shows, runs and reverts migrations with TypeORM's own commands, and keeps what older ones hold", async () => {
  expect(await shown()).toEqual({ run: [], pending: all });
  await succeed('migration:run');
  expect(await shown()).toEqual({ run: all, pending: [] });

  server = await startServerProcess(environment);
  const { auth } = await signUp(server);
  const project = await createProject(server, auth);
  await createKey(server, auth, project.id);
  const role = { name: 'Auditor', permissions: ['audit:read'] };
  expectStatus(201, await server.api.post(`/v1/projects/${project.id}/roles`, role, { auth }));
  expect(await numbersOf(project, auth)).toEqual([3, 2, 1]);
  expect((await server.stop()).code).toBe(0);
  const before = await counts();
  expect(Object.values(before)).not.toContain(0);

  const newestFirst = all.toReversed();
  const withRoles = newestFirst.indexOf(CustomRolesAndVisibility1763700005000.name);
  expect(await succeed('migration:revert')).toContain(`${newestFirst[0]} has been reverted successfully`);
  await undo(withRoles - 1);
  const refusal = await typeorm('migration:revert');
  expect(refusal.code).toBe(1);
  expect(refusal.stderr).toContain('cannot be reverted while there are custom roles (1)');
  await withSource(async source => {
    await source.query('DELETE FROM roles WHERE project_id IS NOT NULL');
  });
  await undo(all.length - 1 - withRoles);
  expect(await counts()).toEqual(before);

  await succeed('migration:run');
  server = await startServerProcess(environment);
  expect(await numbersOf(project, auth)).toEqual([3, 2, 1]);
  expect((await server.stop()).code).toBe(0);
  await undo(all.length);
  expect(await shown()).toEqual({ run: [], pending: all });
}, 180_000);

describeOn('sqlite')('on SQLite', () => {
  it('leaves the file alone while a server has it open', async () => {
    server = await startServerProcess(environment);
    for (const command of ['migration:show', 'migration:run', 'migration:revert']) {
      const { code, stderr } = await typeorm(command);
      expect({ command, code }).toEqual({ command, code: 1 });
      expect(stderr).toContain('test.sqlite is in use: stop the server first.');
    }
    await signUp(server);
  });
});
