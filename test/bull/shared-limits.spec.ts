import { rm } from 'node:fs/promises';
import { basic } from '../support/client.js';
import { type FreshDatabase, freshDatabase, freshDirectory, freshRedisPrefix } from '../support/lane.js';
import { RedisProcess } from '../support/redis-process.js';
import { admin, createKey, createProject, expectStatus, type Person, signUp } from '../support/scene.js';
import type { TestServer } from '../support/server.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { waitFor } from '../support/wait-for.js';

const CLIENTS = 24;

let fresh: FreshDatabase;
let dataDir: string;
let redis: RedisProcess;
let servers: ServerProcess[];
let first: TestServer;
let root: Person;

beforeAll(async () => {
  fresh = await freshDatabase();
  dataDir = await freshDirectory();
  redis = await RedisProcess.start();
  const environment = {
    DATABASE_URL: fresh.url,
    DATA_DIR: dataDir,
    REDIS_URL: redis.url,
    REDIS_PREFIX: freshRedisPrefix(),
    APP_SECRET: 'a secret that all instances share',
    RATE_LIMIT_PER_MINUTE: '1000000',
  };
  servers = [await startServerProcess(environment), await startServerProcess(environment)];
  first = servers[0] as unknown as TestServer;
  root = await admin(first);
}, 90_000);

afterAll(async () => {
  await Promise.all((servers ?? []).map(server => server.stop()));
  await redis?.stop();
  await fresh?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** A key of a new organization with that many requests a day. */
async function keyWith(requestsPerDay: number) {
  const owner = await signUp(first);
  const project = await createProject(first, owner.auth);
  const path = `/v1/organizations/${project.organization_id}/subscription`;
  expectStatus(200, await first.api.patch(path, { requests_per_day: requestsPerDay }, { auth: root.auth }));
  const key = await createKey(first, owner.auth, project.id);
  return { owner, project, key, auth: basic(key.secret) };
}

/**
 * Calls from many clients on both servers until each has been refused so often in a row that nothing can be
 * left; answers how many requests were admitted.
 */
async function exhaust(auth: string, onAdmitted: (count: number) => void = () => undefined): Promise<number> {
  let admitted = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let refused = 0; refused < 20;) {
        const { status, body } = await servers[client % 2]!.api.get('/v1/whoami', { auth });
        if (status === 200) {
          refused = 0;
          onAdmitted(++admitted);
        } else if (status === 429) refused++;
        else throw new Error(`${status}: ${JSON.stringify(body)}`);
      }
    }),
  );
  return admitted;
}

describe('two processes on one database and one Redis', () => {
  it('admit together what the organization has, and all of it', async () => {
    const { auth } = await keyWith(1_000);
    const admitted = await exhaust(auth);
    expect(admitted).toBeLessThanOrEqual(1_000);
    expect(admitted).toBeGreaterThanOrEqual(950);
  }, 60_000);

  it('admit together what a key may take of it', async () => {
    const { owner, project, auth: shared } = await keyWith(1_000);
    const { secret } = await createKey(first, owner.auth, project.id, { requests_per_day: 200 });
    const admitted = await exhaust(basic(secret));
    expect(admitted).toBeLessThanOrEqual(200);
    expect(admitted).toBeGreaterThanOrEqual(190);
    const { headers } = expectStatus(200, await first.api.get('/v1/whoami', { auth: shared }));
    expect(Number(headers.get('x-ratelimit-requests-remaining'))).toBe(999 - admitted);
  }, 60_000);

  it('stay within 5 % while Redis goes away and comes back empty under load', async () => {
    const { auth } = await keyWith(3_000);
    let redisTurn = Promise.resolve();
    const admitted = await exhaust(auth, count => {
      if (count === 800) redisTurn = redis.stop();
      if (count === 1_600) redisTurn = redisTurn.then(() => redis.start());
    });
    await redisTurn;
    expect(admitted).toBeLessThanOrEqual(3_150);
    expect(admitted).toBeGreaterThanOrEqual(2_850);
  }, 120_000);

  it('both know what was used', async () => {
    const { owner, project, auth } = await keyWith(100);
    for (let i = 0; i < 10; i++) expectStatus(200, await servers[i % 2]!.api.get('/v1/whoami', { auth }));
    const path = `/v1/organizations/${project.organization_id}/subscription`;
    for (const server of servers) {
      const { current } = expectStatus(200, await server.api.get(path, { auth: owner.auth })).body;
      // What the other has taken ahead counts as used.
      expect(current.day).toBeGreaterThanOrEqual(10);
      expect(current.day).toBeLessThanOrEqual(15);
    }
  });

  it('log the requests of both', async () => {
    const { owner, project, auth } = await keyWith(100);
    for (let i = 0; i < 10; i++) await servers[i % 2]!.api.get('/v1/whoami', { auth });
    const path = `/v1/projects/${project.id}/usage`;
    await waitFor(
      'all requests to be counted',
      async () => (await first.api.get(path, { auth: owner.auth })).body.totals.requests === 10,
      2_000,
    );
  });

  it('end a revoked key within a second in the other one', async () => {
    const { owner, project, key, auth } = await keyWith(1_000);
    expectStatus(200, await servers[1]!.api.get('/v1/whoami', { auth }));
    const path = `/v1/projects/${project.id}/api-keys/${key.api_key.id}`;
    expectStatus(200, await first.api.delete(path, undefined, { auth: owner.auth }));
    expectStatus(401, await first.api.get('/v1/whoami', { auth }));
    await waitFor(
      'the other process to refuse the key',
      async () => (await servers[1]!.api.get('/v1/whoami', { auth })).status === 401,
      1_000,
    );
  });
});
