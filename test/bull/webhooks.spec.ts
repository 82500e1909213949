import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { type FreshDatabase, freshDirectory, freshRedisPrefix } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { RedisProcess } from '../support/redis-process.js';
import { createProject, expectStatus, type Person, type Project, signUp } from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { runSource, type SourceProcess } from '../support/source-process.js';
import { waitFor } from '../support/wait-for.js';
import { WebhookSink } from '../support/webhook-sink.js';

const HOOKS = ['/one', '/two', '/three'];
const DEADLINE_MS = 60_000;

let redis: RedisProcess;
let database: FreshDatabase;
let dataDir: string;
let sink: WebhookSink;
let front: ServerProcess;
let workers: SourceProcess[];
let owner: Person;
let project: Project;

beforeAll(async () => {
  redis = await RedisProcess.start();
  database = await migratedDatabase();
  dataDir = await freshDirectory();
  sink = await WebhookSink.open();
  const environment = {
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    REDIS_URL: redis.url,
    REDIS_PREFIX: freshRedisPrefix(),
    APP_SECRET: 'a secret that all instances share',
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  };
  front = await startServerProcess({ ...environment, RUN_JOBS: 'false' });
  workers = [runSource('worker', environment), runSource('worker', environment)];
  owner = await signUp(front);
  project = await createProject(front, owner.auth);
  for (const hook of HOOKS) {
    const body = { url: sink.url(hook), event_types: ['api_key.created'] };
    expectStatus(201, await front.api.post(`/v1/projects/${project.id}/webhook-endpoints`, body, owner));
  }
}, 90_000);

afterAll(async () => {
  for (const worker of workers ?? []) worker.signal('SIGKILL');
  await front?.kill();
  await sink?.close();
  await redis?.stop();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Issues so many keys, and answers their ids. */
async function issue(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const path = `/v1/projects/${project.id}/api-keys`;
    const answer = await front.api.post(path, { name: 'Script' }, owner);
    ids.push(expectStatus(201, answer).body.api_key.id);
  }
  return ids;
}

const told = (hook: string): string[] => sink.at(hook).map(({ body }) => body.data.target.id);

it('two workers deliver each event to each endpoint once', async () => {
  const issued = await issue(25);
  for (const hook of HOOKS)
    await waitFor(`all to reach ${hook}`, () => told(hook).length >= issued.length, DEADLINE_MS);
  for (const hook of HOOKS) expect(told(hook).sort()).toEqual(issued.toSorted());
}, 90_000);

it('every event arrives, though Redis is killed and emptied meanwhile', async () => {
  const issued: string[] = await issue(10);
  await redis.stop();
  issued.push(...(await issue(10)));
  await redis.start();
  issued.push(...(await issue(5)));
  const client = new Redis(redis.url);
  for (let round = 0; round < 5; round++) {
    issued.push(...(await issue(4)));
    await client.flushall();
  }
  await client.quit();
  for (const hook of HOOKS) {
    await waitFor(
      `all to reach ${hook}`,
      () => {
        const all = new Set(told(hook));
        return issued.every(id => all.has(id));
      },
      DEADLINE_MS,
    );
    const events = new Set(sink.at(hook).map(({ body }) => `${body.id} ${body.data.target.id}`));
    expect(events.size).toBe(new Set(told(hook)).size);
  }
}, 180_000);
