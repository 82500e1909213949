import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { onDatabase } from '../support/open-database.js';
import { createProject, expectStatus, type Person, type Project, signUp } from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { waitFor } from '../support/wait-for.js';
import { WebhookSink } from '../support/webhook-sink.js';

const ROUNDS = 3;
const CLIENTS = 6;
const HOOKS = ['/one', '/two'];
/** What a process lost is found by a sweep, every 10 s. */
const DEADLINE_MS = 60_000;

let dataDir: string;
let database: FreshDatabase;
let sink: WebhookSink;
let server: ServerProcess;
let owner: Person;
let project: Project;

const start = () =>
  startServerProcess({
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  });

beforeAll(async () => {
  dataDir = await freshDirectory();
  database = await migratedDatabase();
  sink = await WebhookSink.open();
  server = await start();
  owner = await signUp(server);
  project = await createProject(server, owner.auth);
}, 60_000);

afterAll(async () => {
  await server?.kill();
  await sink?.close();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Issues keys until the server answers no more; answers the ids of those that were acknowledged. */
async function issue(acknowledged: (id: string) => void): Promise<void> {
  for (;;) {
    const answer = await server.api
      .post(`/v1/projects/${project.id}/api-keys`, { name: 'Script' }, owner)
      .catch(() => null);
    if (!answer) return;
    acknowledged(expectStatus(201, answer).body.api_key.id);
  }
}

/** What was in work stays with the dead process for some seconds, which is tested elsewhere: here it is free at once. */
async function endLeases(): Promise<void> {
  await onDatabase(database.url, async source => {
    for (const table of ['outbox', 'webhook_queues'])
      await source.query(`UPDATE ${table} SET lease_until = ? WHERE lease_until IS NOT NULL`, [
        '2000-01-01 00:00:00.000',
      ]);
  });
}

it('every acknowledged mutation reaches every endpoint, under one id, however often the server is killed', async () => {
  for (const hook of HOOKS) {
    const body = { url: sink.url(hook), event_types: ['api_key.created'] };
    expectStatus(201, await server.api.post(`/v1/projects/${project.id}/webhook-endpoints`, body, owner));
  }
  const issued = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const enough = issued.size + randomInt(20, 60);
    let reached: () => void;
    const killing = new Promise<void>(resolve => (reached = resolve));
    const clients = Array.from({ length: CLIENTS }, () =>
      issue(id => issued.add(id) && issued.size >= enough && reached()),
    );
    await killing;
    await server.kill();
    await Promise.all(clients);
    await endLeases();
    server = await start();
  }
  for (const hook of HOOKS) {
    const told = () => new Map(sink.at(hook).map(({ body }) => [body.data.target.id, body.id]));
    await waitFor(`all to reach ${hook}`, () => [...issued].every(id => told().has(id)), DEADLINE_MS);
    // Whatever came more than once came under the same id.
    const ids = new Set(sink.at(hook).map(({ body }) => `${body.data.target.id} ${body.id}`));
    expect(ids.size).toBe(told().size);
    // Told was nothing that is not there: what was not acknowledged may have happened all the same.
    const path = `/v1/projects/${project.id}/api-keys`;
    for (const id of told().keys()) expectStatus(200, await server.api.get(`${path}/${id}`, owner));
  }
}, 240_000);
