import { basic } from '../support/client.js';
import { createKey, createProject, expectStatus, signUp, type Person } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';

const HOUR_MS = 3_600_000;

let server: TestServer;
let owner: Person;
let project: { id: string; organization_id: string };
let nightly: { api_key: { id: string }; secret: string };
let other: { api_key: { id: string }; secret: string };

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  project = (await createProject(server, owner.auth)) as typeof project;
  nightly = await createKey(server, owner.auth, project.id, { name: 'Nightly' });
  other = await createKey(server, owner.auth, project.id, { name: 'Other' });
  for (let i = 0; i < 3; i++) await call('/v1/whoami', nightly);
  await call('/v1/whoami', other);
  // Refused for lack of a permission, and of an object it could see.
  await call(`/v1/projects/${project.id}/events`, other);
  await call(`/v1/lookup/key_00000000000000000000000000`, nightly);
});

afterAll(() => server?.stop());

const call = (path: string, key: { secret: string }) => server.api.get(path, { auth: basic(key.secret) });
const usage = (query: Record<string, string> = {}, auth = owner.auth) =>
  server.api.get(`/v1/projects/${project.id}/usage`, { auth, query });

describe('GET /v1/projects/:id/usage', () => {
  it('counts the last 24 hours by hour, requests of a moment ago included', async () => {
    const { body } = expectStatus(200, await usage());
    expect(body).toMatchObject({ granularity: 'hour', group_by: null, totals: { requests: 6, errors: 2 } });
    expect(body.series).toHaveLength(24);
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(24 * HOUR_MS);
    const sum = (field: string) => body.series.reduce((total: number, at: any) => total + at[field], 0);
    expect([sum('requests'), sum('errors')]).toEqual([6, 2]);
    expect(body.series.every((hour: any) => Date.parse(hour.at) % HOUR_MS === 0)).toBe(true);
  });

  it('shows a request as soon as it is answered', async () => {
    const before = (await usage()).body.totals.requests;
    await call('/v1/whoami', other);
    expect((await usage()).body.totals.requests).toBe(before + 1);
  });

  it('does not count what people do', async () => {
    const before = (await usage()).body.totals;
    await server.api.get(`/v1/projects/${project.id}`, { auth: owner.auth });
    expect((await usage()).body.totals).toEqual(before);
  });

  it.each([
    ['api_key', 'api_key_id', () => [nightly.api_key.id, other.api_key.id]],
    ['member', 'member_id', () => [null]],
    ['status', 'status', () => [200, 404, 403]],
    ['route', 'route', () => ['/v1/whoami', '/v1/lookup/:id', '/v1/projects/:id/events']],
  ])('groups by %s', async (group_by, field, groups: () => unknown[]) => {
    const { body } = expectStatus(200, await usage({ group_by }));
    expect(new Set(body.series.map((count: any) => count[field]))).toEqual(new Set(groups()));
    const requests = body.groups.map((group: any) => group.requests);
    expect(requests).toEqual(requests.toSorted((one: number, two: number) => two - one));
    expect(requests.reduce((sum: number, count: number) => sum + count, 0)).toBe(body.totals.requests);
  });

  it('counts whole days', async () => {
    const from = new Date(Date.now() - 24 * 24 * HOUR_MS).toISOString();
    const { body } = expectStatus(200, await usage({ granularity: 'day', from }));
    expect(body.series).toHaveLength(25);
    expect(body.series.at(-1).requests).toBe(body.totals.requests);
  });

  it('has nothing of other times', async () => {
    const { body } = await usage({ from: '2020-01-01T00:00:00.000Z', to: '2020-01-02T00:00:00.000Z' });
    expect(body.totals).toEqual({ requests: 0, errors: 0 });
    expect(body.series).toHaveLength(24);
  });

  it.each([
    [{ from: '2026-01-02T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' }],
    [{ from: '2026-01-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z', granularity: 'hour' }],
    [{ from: '2020-01-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' }],
    [{ granularity: 'week' }],
    [{ group_by: 'project' }],
    [{ from: 'yesterday' }],
  ])('refuses %j', async query => {
    expect(expectStatus(400, await usage(query)).body.error.code).toBe('validation_failed');
  });

  it('is for those with usage:read', async () => {
    expectStatus(401, await server.api.get(`/v1/projects/${project.id}/usage`));
    const stranger = await signUp(server);
    expectStatus(404, await usage({}, stranger.auth));
    const elsewhere = await createProject(server, stranger.auth);
    const theirs = await createKey(server, stranger.auth, elsewhere.id);
    expectStatus(404, await usage({}, basic(theirs.secret)));
    expectStatus(200, await usage({}, basic(nightly.secret)));
  });
});

describe('GET /v1/organizations/:id/usage', () => {
  const path = () => `/v1/organizations/${project.organization_id}/usage`;

  it('counts by project for the owner', async () => {
    const second = await createProject(server, owner.auth, { name: 'Second' });
    const key = await createKey(server, owner.auth, second.id);
    await call('/v1/whoami', key);
    const { body } = expectStatus(
      200,
      await server.api.get(path(), { auth: owner.auth, query: { group_by: 'project' } }),
    );
    expect(body.groups.map((group: any) => group.project_id)).toEqual([project.id, second.id]);
    expect(body.groups[1].requests).toBe(1);
  });

  it('does not exist for others', async () => {
    const stranger = await signUp(server);
    expectStatus(404, await server.api.get(path(), { auth: stranger.auth }));
    expectStatus(403, await server.api.get(path(), { auth: basic(nightly.secret) }));
  });
});

describe('suspending a project', () => {
  it('says first how many callers it has', async () => {
    const answer = await server.api.post(
      `/v1/projects/${project.id}/settings/suspend`,
      {},
      { auth: owner.auth },
    );
    expect(expectStatus(428, answer).body.error.details.effects).toContainEqual({
      effect: 'callers_last_24h',
      count: 2,
    });
  });
});
