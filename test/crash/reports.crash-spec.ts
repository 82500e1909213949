import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { projectEvents } from '../support/answers.js';
import { type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { onDatabase } from '../support/open-database.js';
import { downloaded, reportsOf, settled } from '../support/reports.js';
import { admin, createProject, expectStatus, type Person } from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { sha256 } from '../support/uploads.js';
import { waitFor } from '../support/wait-for.js';

const ROWS = 100_000;
const WRITTEN_MS = 60_000;

let dataDir: string;
let database: FreshDatabase;
let server: ServerProcess;
let owner: Person;

beforeEach(async () => {
  dataDir = await freshDirectory();
  database = await migratedDatabase();
});
afterEach(async () => {
  await server?.kill();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(): Promise<void> {
  server = await startServerProcess({ DATA_DIR: dataDir, DATABASE_URL: database.url });
  owner = await admin(server);
}

/** Gives a project so many logged requests. */
async function fillLog({ id, organization_id }: { id: string; organization_id: string }): Promise<void> {
  const digits = Array.from({ length: 10 }, (_, d) => `SELECT ${d} AS d`).join(' UNION ALL ');
  const tables = ['a', 'b', 'c', 'e', 'f'].map(name => `(${digits}) ${name}`).join(', ');
  await onDatabase(database.url, async source => {
    await source.query(
      'INSERT INTO request_series (project_id, organization_id, api_key_id, method, route, status, logged) ' +
        "VALUES (?, ?, 'key_x', 'GET', '/v1/whoami', 200, ?)",
      [id, organization_id, ROWS],
    );
    const [{ series }] = await source.query('SELECT MAX(id) AS series FROM request_series');
    await source.query(
      'INSERT INTO request_logs (id, project_id, series_id, duration_ms, ip) ' +
        `SELECT CONCAT('req_01kaj0v7w30', a.d, b.d, c.d, e.d, f.d, '0000000000'), ?, ?, 1, '203.0.113.7' FROM ${tables}`,
      [id, series],
    );
  });
}

/** Jobs that were running stay with the dead process for 20 s, which is tested elsewhere: here they are free at once. */
async function endLeases(): Promise<void> {
  const sql = 'UPDATE outbox SET lease_until = ? WHERE lease_until IS NOT NULL';
  await onDatabase(database.url, source => source.query(sql, ['2000-01-01 00:00:00.000']));
}

const stored = async () => {
  const folder = join(dataDir, 'storage');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(({ name }) => name);
};

async function halfWritten() {
  await start();
  const project = await createProject(server, owner.auth);
  await fillLog(project);
  const body = { kind: 'request_logs', format: 'csv' };
  const { id } = expectStatus(202, await server.api.post(reportsOf(project), body, owner)).body;
  const part = join(dataDir, 'storage', 'reports', project.id, `${id}_1.part`);
  await waitFor('a report to be half written', async () => (await stat(part).catch(() => null))?.size);
  return { project, id: id as string };
}

it.each(['kill', 'stop'] as const)(
  'a report that a server was writing at its %s is written anew by the next, once and whole',
  async how => {
    const { project, id } = await halfWritten();
    await server[how]();
    if (how === 'kill') expect(await stored()).toEqual([`${id}_1.part`]);
    await endLeases();
    await start();
    const report = await settled(server.api, project, owner, id, WRITTEN_MS);
    expect(report).toMatchObject({ status: 'ready', rows: ROWS, progress: 1 });
    const { bytes } = await downloaded(server.url, project, owner, id);
    expect([bytes.length, sha256(bytes)]).toEqual([report.bytes, report.sha256]);
    const lines = bytes.toString().trimEnd().split('\r\n').slice(1);
    expect(new Set(lines.map(line => line.slice(0, 30))).size).toBe(ROWS);
    expect(await stored()).toEqual([`${id}_2`]);
    const query = { type: 'report.ready' };
    expect(await projectEvents(server as never, owner.auth, project.id, query)).toHaveLength(1);
  },
  120_000,
);

it('a report that is deleted while it is written leaves nothing', async () => {
  const { project, id } = await halfWritten();
  expectStatus(200, await server.api.delete(reportsOf(project, id), undefined, owner));
  await waitFor('its bytes to be gone', async () => (await stored()).length === 0);
  const sql = 'SELECT COUNT(*) AS there FROM reports';
  await waitFor('its row to be gone', () =>
    onDatabase(database.url, async source => Number((await source.query(sql))[0].there) === 0),
  );
}, 120_000);
