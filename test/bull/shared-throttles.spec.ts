import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { eventsOf } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import { type FreshDatabase, freshDatabase, freshDirectory, freshRedisPrefix } from '../support/lane.js';
import { RedisProcess } from '../support/redis-process.js';
import { admin, expectStatus, PASSWORD, signUp } from '../support/scene.js';
import type { TestServer } from '../support/server.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { waitFor } from '../support/wait-for.js';

const prefix = freshRedisPrefix();

let fresh: FreshDatabase;
let dataDir: string;
let redis: RedisProcess;
let servers: ServerProcess[];

beforeAll(async () => {
  fresh = await freshDatabase();
  dataDir = await freshDirectory();
  redis = await RedisProcess.start();
  const environment = {
    DATABASE_URL: fresh.url,
    DATA_DIR: dataDir,
    REDIS_URL: redis.url,
    REDIS_PREFIX: prefix,
    APP_SECRET: 'a secret that all instances share',
    TRUST_PROXY: '127.0.0.1',
  };
  servers = [await startServerProcess(environment), await startServerProcess(environment)];
  await bothCountInRedis();
}, 90_000);

afterAll(async () => {
  await Promise.all((servers ?? []).map(server => server.stop()));
  await redis?.stop();
  await fresh?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const server = (turn: number) => servers[turn % 2]!;
const someone = () => `${randomBytes(5).toString('hex')}@people.example`;

function attempt({ api }: ServerProcess, email: string, password: string, ip = '192.0.2.1'): Promise<Answer> {
  return api.post('/v1/sessions', { email, password }, { headers: { 'x-forwarded-for': ip } });
}

/** Wrong guesses, one on each server in turn, that are let through. */
async function fail(email: string, times: number): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    expectStatus(401, await attempt(server(turn), email, 'a wrong guess'));
  }
}

/** What the throttles keep in Redis. */
async function counters(): Promise<string[]> {
  const client = new Redis(redis.url);
  try {
    return await client.keys(`${prefix}:attempts:*`);
  } finally {
    client.disconnect();
  }
}

/** Waits until a failure on either server shows in Redis. */
async function bothCountInRedis(): Promise<void> {
  for (const one of servers) {
    await waitFor('a server to count in Redis', async () => {
      const before = await counters();
      expectStatus(401, await attempt(one, someone(), 'a wrong guess'));
      return (await counters()).length > before.length;
    });
  }
}

describe('two processes on one Redis', () => {
  it('admit ten failed sign-ins together', async () => {
    const { user } = await signUp(server(0));
    await fail(user.email, 10);
    for (const one of servers) {
      const stopped = expectStatus(429, await attempt(one, user.email, PASSWORD));
      expect(stopped.body.error.code).toBe('too_many_attempts');
      const wait = Number(stopped.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(15 * 60);
      expectStatus(201, await attempt(one, user.email, PASSWORD, '192.0.2.2'));
    }
  });

  it('give many guesses at once on both no more tries', async () => {
    const email = someone();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, turn) => attempt(server(turn), email, 'a wrong guess')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(10).fill(401),
      ...Array<number>(20).fill(429),
    ]);
  });

  it('both forget the failures after a success on one', async () => {
    const { user } = await signUp(server(0));
    await fail(user.email, 9);
    expectStatus(201, await attempt(server(1), user.email, PASSWORD));
    await fail(user.email, 10);
    expectStatus(429, await attempt(server(0), user.email, PASSWORD));
  });

  it('admit five password resets an hour together', async () => {
    const { user } = await signUp(server(0));
    const root = await admin(server(0));
    let effects = 0;
    for (let turn = 0; turn < 7; turn++) {
      const answer = await server(turn).api.post('/v1/password-resets', { email: user.email });
      expectStatus(202, answer);
      effects += (await eventsOf(servers[0] as unknown as TestServer, root.auth, answer)).length;
    }
    expect(effects).toBe(5);
  });

  it('show Redis neither whose attempts they count nor from where', async () => {
    await fail('grace@people.example', 1);
    const keys = await counters();
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(key.slice(prefix.length)).toMatch(/^:attempts:[a-z-]+:[\w-]{43}$/);
  });
});

describe('while Redis is away', () => {
  /** Each process stops guesses on its own count, and lets in who knows the password. */
  async function eachCountsAlone(email: string): Promise<void> {
    for (const one of servers) {
      expectStatus(201, await attempt(one, email, PASSWORD));
      for (let time = 0; time < 10; time++) expectStatus(401, await attempt(one, email, 'a wrong guess'));
      expectStatus(429, await attempt(one, email, PASSWORD));
      expectStatus(202, await one.api.post('/v1/password-resets', { email }));
    }
  }

  async function theyCountTogether(): Promise<void> {
    await bothCountInRedis();
    const email = someone();
    await fail(email, 10);
    for (const one of servers) expectStatus(429, await attempt(one, email, 'a wrong guess'));
  }

  it('each counts alone, and they count together once it is back', async () => {
    const { user } = await signUp(server(0));
    await redis.stop();
    await eachCountsAlone(user.email);
    await redis.start();
    await theyCountTogether();
    // Its return gives no fresh tries: what each counted meanwhile counts for both.
    for (const one of servers) expectStatus(429, await attempt(one, user.email, PASSWORD));
  });

  it('a Redis that comes back empty gives no fresh tries', async () => {
    const { user } = await signUp(server(0));
    for (let time = 0; time < 10; time++)
      expectStatus(401, await attempt(server(0), user.email, 'a wrong guess'));
    await redis.stop();
    await redis.start();
    await theyCountTogether();
    for (const one of servers) expectStatus(429, await attempt(one, user.email, PASSWORD));
  });

  it('so they do when it is there and says nothing', async () => {
    const { user } = await signUp(server(0));
    redis.freeze();
    await eachCountsAlone(user.email);
    redis.thaw();
    await theyCountTogether();
  });
});
