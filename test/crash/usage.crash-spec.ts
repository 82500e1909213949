import { rm } from 'node:fs/promises';
import { basic } from '../support/client.js';
import { type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { admin, createKey, createProject, expectStatus, signUp } from '../support/scene.js';
import type { TestServer } from '../support/server.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { waitFor } from '../support/wait-for.js';

const REQUESTS_PER_DAY = 1_000;

let fresh: FreshDatabase;
let environment: { DATA_DIR: string; DATABASE_URL: string };
let server: ServerProcess;

beforeAll(async () => {
  fresh = await migratedDatabase();
  environment = { DATA_DIR: await freshDirectory(), DATABASE_URL: fresh.url };
  server = await startServerProcess(environment);
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await fresh?.drop();
  await rm(environment.DATA_DIR, { recursive: true, force: true });
});

/** How many of `count` requests, ten at a time, are admitted. */
async function admitted(count: number, auth: string): Promise<number> {
  let sum = 0;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while (count-- > 0) if ((await server.api.get('/v1/whoami', { auth })).status === 200) sum++;
    }),
  );
  return sum;
}

it('a kill forgets the last second at most, of the request log and of the quota in use', async () => {
  const people = server as unknown as TestServer;
  const root = await admin(people);
  const owner = await signUp(people);
  const project = await createProject(people, owner.auth);
  const subscription = `/v1/organizations/${project.organization_id}/subscription`;
  const limits = { requests_per_minute: 1_000_000, requests_per_day: REQUESTS_PER_DAY };
  expectStatus(200, await server.api.patch(subscription, limits, { auth: root.auth }));
  const auth = basic((await createKey(people, owner.auth, project.id)).secret);

  expect(await admitted(200, auth)).toBe(200);
  const answered = Date.now();
  await waitFor('a second to pass', () => Date.now() - answered > 1_000);
  expect(await admitted(300, auth)).toBe(300);
  await server.kill();
  server = await startServerProcess(environment);

  const path = `/v1/projects/${project.id}`;
  const logs = await server.api.get(`${path}/request-logs`, { auth: owner.auth });
  expect(expectStatus(200, logs).body.total_count).toBeGreaterThanOrEqual(200);
  const usage = await server.api.get(`${path}/usage`, { auth: owner.auth });
  expect(expectStatus(200, usage).body.totals.requests).toBe(logs.body.total_count);

  const total = 500 + (await admitted(REQUESTS_PER_DAY, auth));
  expect(total).toBeGreaterThanOrEqual(REQUESTS_PER_DAY);
  expect(total).toBeLessThanOrEqual(REQUESTS_PER_DAY + 300);
}, 90_000);

it('a stop loses nothing', async () => {
  const people = server as unknown as TestServer;
  const owner = await signUp(people);
  const project = await createProject(people, owner.auth);
  const auth = basic((await createKey(people, owner.auth, project.id)).secret);
  expect(await admitted(150, auth)).toBe(150);
  await server.stop();
  server = await startServerProcess(environment);
  const { current } = (
    await server.api.get(`/v1/organizations/${project.organization_id}/subscription`, { auth: owner.auth })
  ).body;
  expect(current.day).toBe(150);
  const logs = await server.api.get(`/v1/projects/${project.id}/request-logs`, { auth: owner.auth });
  expect(logs.body.total_count).toBe(150);
}, 60_000);
