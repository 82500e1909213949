import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { QuotaEntity } from '../../src/modules/quota/quota.entity.js';
import { QuotaService } from '../../src/modules/quota/quota.service.js';
import { eventOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import { freshDirectory } from '../support/lane.js';
import {
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
  write,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let root: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});

afterAll(() => server?.stop());

/** A project whose organization has the given limits, and the `Authorization` of one of its keys. */
async function withLimits(limits: object, on = server) {
  const owner = await signUp(on);
  const project = (await createProject(on, owner.auth)) as { id: string; organization_id: string };
  await limit(project, limits, on);
  const key = await createKey(on, owner.auth, project.id);
  return { owner, project, key, auth: basic(key.secret) };
}

const subscriptionOf = (project: { organization_id: string }) =>
  `/v1/organizations/${project.organization_id}/subscription`;

async function limit(project: { organization_id: string }, limits: object, on = server) {
  const { auth } = on === server ? root : await admin(on);
  return expectStatus(200, await on.api.patch(subscriptionOf(project), limits, { auth }));
}

const whoami = (auth: string, on = server) => on.api.get('/v1/whoami', { auth });

/** The statuses of so many requests sent at once, counted. */
async function burst(count: number, auths: string[], on = server): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  const answers = await Promise.all(
    Array.from({ length: count }, (_, i) => whoami(auths[i % auths.length]!, on)),
  );
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('an organization’s quota', () => {
  it('is told with every answer to a key', async () => {
    const { auth } = await withLimits({ requests_per_minute: 50, requests_per_day: 70 });
    const first = expectStatus(200, await whoami(auth)).headers;
    expect(first.get('ratelimit-policy')).toBe('"minute";q=50;w=60, "day";q=70;w=86400');
    expect(first.get('ratelimit')).toMatch(/^"minute";r=49;t=\d+, "day";r=69;t=\d+$/);
    expect(first.get('x-ratelimit-limit')).toBe('50');
    expect(first.get('x-ratelimit-remaining')).toBe('49');
    expect(first.get('x-ratelimit-requests-limit')).toBe('70');
    expect(first.get('x-ratelimit-requests-remaining')).toBe('69');
    const second = (await whoami(auth)).headers;
    expect(second.get('x-ratelimit-requests-remaining')).toBe('68');
  });

  it('is not touched by people, nor by refused requests', async () => {
    const { owner, project, auth } = await withLimits({ requests_per_day: 10 });
    expect((await server.api.get('/v1/me', { auth: owner.auth })).headers.get('ratelimit')).toBeNull();
    const refused = await server.api.get(`/v1/projects/${project.id}/events`, { auth });
    expectStatus(403, refused);
    expect(refused.headers.get('x-ratelimit-requests-remaining')).toBe('10');
  });

  it('ends with 429, which says which limit and until when', async () => {
    const { project, auth } = await withLimits({ requests_per_day: 3 });
    expect(await burst(3, [auth])).toEqual({ 200: 3 });
    const { headers, body } = expectStatus(429, await whoami(auth));
    expect(body.error).toMatchObject({ code: 'usage_limit_exceeded', type: 'rate_limited', retryable: true });
    expect(body.error.details).toMatchObject({ policy: 'day', limit: 3 });
    const midnight = new Date(body.error.details.resets_at);
    expect(midnight.getTime() % 86_400_000).toBe(0);
    const seconds = Number(headers.get('retry-after'));
    expect(Math.abs(midnight.getTime() - Date.now() - seconds * 1000)).toBeLessThan(60_000);
    expect(headers.get('x-ratelimit-requests-remaining')).toBe('0');
    // Refusals cost nothing, and more quota helps at once, in this process.
    await limit(project, { requests_per_day: 5 });
    expect(await burst(4, [auth])).toEqual({ 200: 2, 429: 2 });
  });

  it('has a limit per minute', async () => {
    const { auth } = await withLimits({ requests_per_minute: 4 });
    const counts = await burst(20, [auth]);
    // The minute may turn meanwhile.
    expect([4, 8]).toContain(counts[200]);
    const refused = await whoami(auth);
    if (refused.status === 429) expect(refused.body.error.details.policy).toBe('minute');
  });

  it('is shared by all keys of all projects, to the request, under parallel load', async () => {
    const { owner, auth } = await withLimits({ requests_per_day: 300 });
    const second = await createProject(server, owner.auth);
    const auths = [auth];
    for (let i = 0; i < 3; i++) auths.push(basic((await createKey(server, owner.auth, second.id)).secret));
    expect(await burst(500, auths)).toEqual({ 200: 300, 429: 200 });
  });

  it('used up does not starve another organization', async () => {
    const greedy = await withLimits({ requests_per_day: 5 });
    const modest = await withLimits({ requests_per_day: 5 });
    await burst(50, [greedy.auth]);
    expect(await burst(5, [modest.auth])).toEqual({ 200: 5 });
  });

  it('can be lowered below what is used', async () => {
    const { project, auth } = await withLimits({ requests_per_day: 1_000 });
    await burst(20, [auth]);
    await limit(project, { requests_per_day: 10 });
    expectStatus(429, await whoami(auth));
  });

  it('stands in the subscription', async () => {
    const { owner, project, auth } = await withLimits({ requests_per_minute: 40, requests_per_day: 50 });
    await burst(7, [auth]);
    const { body } = expectStatus(200, await server.api.get(subscriptionOf(project), { auth: owner.auth }));
    expect(body).toMatchObject({ requests_per_minute: 40, requests_per_day: 50, current: { day: 7 } });
    expect(body.current.minute).toBeLessThanOrEqual(7);
    expect(Date.parse(body.current.resets_at) % 86_400_000).toBe(0);
    const stranger = await signUp(server);
    expectStatus(404, await server.api.get(subscriptionOf(project), { auth: stranger.auth }));
  });
});

describe('a key’s own limits', () => {
  /** A key with limits of its own beside the one that the organization has anyway. */
  async function limited(own: Record<string, unknown>, shared: object = { requests_per_day: 100 }) {
    const scene = await withLimits(shared);
    const { api_key, secret } = await createKey(server, scene.owner.auth, scene.project.id, own);
    const path = `/v1/projects/${scene.project.id}/api-keys/${api_key.id}`;
    return { ...scene, api_key, path, secret, other: scene.auth, auth: basic(secret) };
  }

  it('lie inside the organization’s: both are charged, and the refusal says whose limit it is', async () => {
    const { auth, other } = await limited({ requests_per_day: 3 });
    expect(await burst(5, [auth])).toEqual({ 200: 3, 429: 2 });
    const { body } = expectStatus(429, await whoami(auth));
    expect(body.error.details).toMatchObject({ policy: 'day', limit: 3, scope: 'api_key' });
    const { headers } = expectStatus(200, await whoami(other));
    expect(headers.get('x-ratelimit-requests-remaining')).toBe('96');
  });

  it('do not widen the organization’s, whose refusal costs the key nothing', async () => {
    const { auth, other, project } = await limited({ requests_per_day: 50 }, { requests_per_day: 4 });
    await burst(2, [other]);
    expect(await burst(4, [auth])).toEqual({ 200: 2, 429: 2 });
    expect((await whoami(auth)).body.error.details).toMatchObject({ limit: 4, scope: 'organization' });
    await limit(project, { requests_per_day: 1_000 });
    const { headers } = expectStatus(200, await whoami(auth));
    expect(headers.get('x-ratelimit-requests-remaining')).toBe('47');
  });

  it('show in the headers where less is left, each window by itself', async () => {
    const { auth } = await limited(
      { requests_per_minute: 9 },
      { requests_per_minute: 100, requests_per_day: 20 },
    );
    const { headers, body } = expectStatus(200, await whoami(auth));
    expect(headers.get('ratelimit-policy')).toBe('"minute";q=9;w=60, "day";q=20;w=86400');
    expect(headers.get('x-ratelimit-remaining')).toBe('8');
    expect(headers.get('x-ratelimit-requests-remaining')).toBe('19');
    expect(body.limits).toEqual({ requests_per_minute: 9, requests_per_day: 20 });
  });

  it('are changed and lifted, which stands in the event log', async () => {
    const { auth, owner, path } = await limited({ requests_per_day: 1 });
    expect(await burst(2, [auth])).toEqual({ 200: 1, 429: 1 });
    const change = (body: object) => server.api.patch(path, body, { auth: owner.auth });
    const wider = await change({ requests_per_day: 2, requests_per_minute: 7 });
    expect(expectStatus(200, wider).body).toMatchObject({ requests_per_day: 2, requests_per_minute: 7 });
    expect((await eventOf(server, root.auth, wider)).changes).toEqual({
      requests_per_minute: { before: null, after: 7 },
      requests_per_day: { before: 1, after: 2 },
    });
    expect(await burst(2, [auth])).toEqual({ 200: 1, 429: 1 });
    expectStatus(200, await change({ requests_per_day: null, requests_per_minute: null }));
    expectStatus(200, await whoami(auth));
    for (const value of [0, -1, 1.5, '5', 2e12])
      expect((await change({ requests_per_minute: value })).body.error.details.errors).toMatchObject([
        { param: 'requests_per_minute' },
      ]);
  });

  it('hold for verifications, each window with its code, and count one use each', async () => {
    const { owner, project, secret, path } = await limited({ requests_per_day: 5 });
    const gateway = await createKey(server, owner.auth, project.id, { role_id: ROLE_IDS.administrator });
    const verify = async (body: object = {}, auth = basic(gateway.secret)) =>
      (await server.api.post('/v1/api-keys/verify', { key: secret, ...body }, { auth })).body;
    expect(await verify()).toMatchObject({ code: 'VALID', remaining: { day: 4 } });
    expect(await verify({ cost: 3 })).toMatchObject({ code: 'VALID', remaining: { day: 1 } });
    expect(await verify({ cost: 2 }, root.auth)).toMatchObject({
      code: 'USAGE_EXCEEDED',
      remaining: { day: 1 },
    });
    expect(await verify({}, root.auth)).toMatchObject({ code: 'VALID', remaining: { day: 0 } });
    expect(await verify()).toMatchObject({ valid: false, code: 'USAGE_EXCEEDED' });
    expectStatus(
      200,
      await server.api.patch(path, { requests_per_day: null, requests_per_minute: 1 }, { auth: owner.auth }),
    );
    expect(await verify({ cost: 2 })).toMatchObject({ code: 'RATE_LIMITED' });
  });
});

it('windows that are over are deleted, however many, and no others', async () => {
  const minute = Math.floor(Date.now() / 60_000);
  const day = Math.floor(Date.now() / 86_400_000);
  const window = (policy: 'minute' | 'day', period: number, place: number): QuotaEntity => ({
    ...{ holder_id: `holder ${place}`, policy, period, process_id: 'another' },
    taken: 1,
  });
  const places = Array.from({ length: 250 }, (_, place) => place);
  await write(server, async manager => {
    await manager.insert(
      QuotaEntity,
      places.map(place => window('minute', minute - 10 - (place % 3), place)),
    );
    await manager.insert(
      QuotaEntity,
      places.map(place => window('day', day - 2, place)),
    );
    await manager.insert(QuotaEntity, [window('minute', minute, 0), window('day', day, 0)]);
  });
  await server.app.get(QuotaService, { strict: false }).deleteOld(Date.now());
  const reader = server.app.get(Database).read(RequestContext.reading('test'));
  const left = await reader.findBy(QuotaEntity, { process_id: 'another' });
  expect(left.map(({ policy, period }) => [policy, period]).sort()).toEqual([
    ['day', day],
    ['minute', minute],
  ]);
});

it('a restart does not give the day’s quota back, nor a key’s own', async () => {
  const DATA_DIR = await freshDirectory();
  const DATABASE_URL = server.databaseUrl.startsWith('sqlite:')
    ? `sqlite:${DATA_DIR}/restart.sqlite`
    : server.databaseUrl;
  const environment = { DATA_DIR, DATABASE_URL };
  const before = await startServer(environment);
  const { owner, project, auth } = await withLimits({ requests_per_day: 100 }, before);
  const limited = await createKey(before, owner.auth, project.id, { requests_per_day: 10 });
  expect(await burst(60, [auth], before)).toEqual({ 200: 60 });
  expect(await burst(7, [basic(limited.secret)], before)).toEqual({ 200: 7 });
  await before.stop();
  const after = await startServer(environment);
  try {
    expect(await burst(5, [basic(limited.secret)], after)).toEqual({ 200: 3, 429: 2 });
    expect(await burst(100, [auth], after)).toEqual({ 200: 30, 429: 70 });
  } finally {
    await after.stop();
  }
});
