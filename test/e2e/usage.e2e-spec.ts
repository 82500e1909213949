import { connect } from 'node:net';
import { newIdAt } from '../../src/kernel/database/ids.js';
import { RequestRecorder } from '../../src/modules/usage/request-recorder.service.js';
import { type Answer, basic, type RequestOptions } from '../support/client.js';
import { parseRaw, sendRaw } from '../support/raw-http.js';
import { createKey, createProject, expectStatus, type Person, ROLE_IDS, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

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
    [{ granularity: 'year' }],
    [{ granularity: 'month', from: '2015-01-01T00:00:00.000Z' }],
    [{ group_by: 'project' }],
    [{ from: 'yesterday' }],
  ])('refuses %j', async query => {
    expect(expectStatus(400, await usage(query)).body.error.code).toBe('validation_failed');
  });

  describe('by the calendar of a zone', () => {
    let count: (query: Record<string, string>) => Promise<Answer>;

    beforeAll(async () => {
      const { id } = await createProject(server, owner.auth);
      const { api_key } = await createKey(server, owner.auth, id);
      const recorder = server.app.get(RequestRecorder, { strict: false });
      // Berlin's clocks went forward on 29 March 2026 and back on 25 October 2025.
      for (const [at, status] of [
        ['2025-10-25T21:59:59.999Z', 200],
        ['2025-10-25T22:00:00.000Z', 200],
        ['2025-10-26T22:59:59.999Z', 404],
        ['2026-02-28T22:30:00.000Z', 200],
        ['2026-02-28T23:30:00.000Z', 500],
        ['2026-03-28T23:00:00.000Z', 200],
        ['2026-03-29T21:30:00.000Z', 200],
        ['2026-03-29T22:00:00.000Z', 200],
        ['2026-03-31T22:00:00.000Z', 200],
      ] as const) {
        const line = newIdAt('req', new Date(at));
        const labels = { method: 'GET', route: '/v1/whoami', status, durationMs: 1, errorCode: null };
        recorder.record({
          ...{ id: line, requestId: line, projectId: id, organizationId: project.organization_id },
          ...{ apiKeyId: api_key.id, memberId: null, ip: null, userAgent: null, ...labels },
        });
      }
      count = query =>
        server.api.get(`/v1/projects/${id}/usage`, {
          auth: owner.auth,
          query: { tz: 'Europe/Berlin', ...query },
        });
    });

    it('counts days of 23 and of 25 hours', async () => {
      const autumn = { from: '2025-10-25T12:00:00.000Z', to: '2025-10-27T12:00:00.000Z', granularity: 'day' };
      const { body } = expectStatus(200, await count(autumn));
      expect(body).toMatchObject({ granularity: 'day', tz: 'Europe/Berlin' });
      const bucket = (from: string, to: string, requests: number, errors: number) => {
        return { at: from, from, to, requests, errors };
      };
      expect(body.series).toEqual([
        bucket('2025-10-24T22:00:00.000Z', '2025-10-25T22:00:00.000Z', 1, 0),
        bucket('2025-10-25T22:00:00.000Z', '2025-10-26T23:00:00.000Z', 2, 1),
        bucket('2025-10-26T23:00:00.000Z', '2025-10-27T23:00:00.000Z', 0, 0),
      ]);
      const spring = { from: '2026-03-29T12:00:00.000Z', to: '2026-03-29T12:00:01.000Z', granularity: 'day' };
      expect((await count(spring)).body.series).toEqual([
        bucket('2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z', 2, 0),
      ]);
    });

    it('counts weeks from Monday on, and months', async () => {
      const weeks = { from: '2026-03-25T00:00:00.000Z', to: '2026-04-02T00:00:00.000Z', granularity: 'week' };
      expect((await count(weeks)).body.series).toMatchObject([
        { from: '2026-03-22T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z', requests: 2 },
        { from: '2026-03-29T22:00:00.000Z', to: '2026-04-05T22:00:00.000Z', requests: 2 },
      ]);
      const months = {
        from: '2025-10-10T00:00:00.000Z',
        to: '2026-04-01T00:00:00.000Z',
        granularity: 'month',
      };
      const { body } = expectStatus(200, await count(months));
      expect(
        body.series.map((month: any) => [month.from.slice(0, 10), month.requests, month.errors]),
      ).toEqual([
        ['2025-09-30', 3, 1],
        ['2025-10-31', 0, 0],
        ['2025-11-30', 0, 0],
        ['2025-12-31', 0, 0],
        ['2026-01-31', 1, 0],
        ['2026-02-28', 4, 1],
        ['2026-03-31', 1, 0],
      ]);
      expect(body.totals).toEqual({ requests: 9, errors: 2 });
      expect((await count({ ...months, tz: 'UTC' })).body.series.at(-1)).toMatchObject({
        from: '2026-03-01T00:00:00.000Z',
        requests: 4,
      });
    });

    it('groups them too', async () => {
      const months = {
        from: '2025-10-10T00:00:00.000Z',
        to: '2026-04-01T00:00:00.000Z',
        granularity: 'month',
      };
      const { body } = expectStatus(200, await count({ ...months, group_by: 'status' }));
      expect(body.groups).toEqual([
        { status: 200, requests: 7, errors: 0 },
        { status: 404, requests: 1, errors: 1 },
        { status: 500, requests: 1, errors: 1 },
      ]);
      expect(body.series).toHaveLength(6);
      expect(body.series[0]).toMatchObject({ from: '2025-09-30T22:00:00.000Z', status: 200, requests: 2 });
      expect(body.totals).toEqual({ requests: 9, errors: 2 });
    });

    it('shows a quarter by week and a year by month, where no beginning is asked for', async () => {
      expect((await count({ granularity: 'week' })).body.series).toHaveLength(13);
      expect((await count({ granularity: 'month' })).body.series).toHaveLength(12);
    });

    it.each(['Mars/Olympus', '+02:00', 'Asia/Kolkata'])('refuses the days of %s', async tz => {
      const { body } = expectStatus(400, await count({ tz, granularity: 'day' }));
      expect(body.error).toMatchObject({ code: 'validation_failed', details: { errors: [{ param: 'tz' }] } });
    });

    it.each([
      ['to', '9999-12-31T23:59:59Z'],
      ['from', '1969-12-31T23:59:59Z'],
    ])('refuses `%s` in a year that usage does not know: %s', async (param, instant) => {
      const { body } = expectStatus(400, await count({ [param]: instant, granularity: 'month' }));
      expect(body.error).toMatchObject({ code: 'validation_failed', details: { errors: [{ param }] } });
      const { body: last } = expectStatus(
        200,
        await count({ to: '9998-12-31T23:59:59Z', granularity: 'month' }),
      );
      expect(last.to).toBe('9999-01-31T23:00:00.000Z');
    });

    it('names the zone as its database does', async () => {
      expect((await count({ tz: 'europe/berlin' })).body.tz).toBe('Europe/Berlin');
    });
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

describe('request logs', () => {
  let owner: Person;
  let project: { id: string; organization_id: string };
  let reader: { api_key: { id: string }; secret: string };
  let script: { api_key: { id: string }; secret: string };

  beforeAll(async () => {
    owner = await signUp(server);
    project = (await createProject(server, owner.auth)) as typeof project;
    reader = await createKey(server, owner.auth, project.id, { name: 'Reader', role_id: ROLE_IDS.viewer });
    script = await createKey(server, owner.auth, project.id, {
      name: 'Script',
      role_id: ROLE_IDS.administrator,
    });
  });

  const call = (path: string, key: { secret: string }, headers = {}) =>
    server.api.get(path, { auth: basic(key.secret), headers });
  const list = (query: RequestOptions['query'] = {}, auth = owner.auth) =>
    server.api.get(`/v1/projects/${project.id}/request-logs`, { auth, query });
  const logged = async (id: string) =>
    (await list({ limit: 100 })).body.items.find((line: any) => line.request_id === id);

  describe('what is logged', () => {
    it('holds what was called, by whom and how it ended', async () => {
      const answer = await call('/v1/whoami', reader, { 'user-agent': 'thermometer/1.0' });
      const id = answer.headers.get('x-request-id')!;
      const line = await logged(id);
      expect(line).toEqual({
        id,
        request_id: id,
        project_id: project.id,
        api_key_id: reader.api_key.id,
        member_id: null,
        method: 'GET',
        route: '/v1/whoami',
        status: 200,
        duration_ms: expect.any(Number),
        ip: '127.0.0.1',
        user_agent: 'thermometer/1.0',
        error_code: null,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      });
      expect(Math.abs(Date.now() - Date.parse(line.created_at))).toBeLessThan(60_000);
    });

    it('holds refusals of known keys', async () => {
      const refused = await call(`/v1/projects/${project.id}/api-keys`, reader);
      expectStatus(403, refused);
      expect(await logged(refused.headers.get('x-request-id')!)).toMatchObject({
        status: 403,
        error_code: 'permission_denied',
        route: '/v1/projects/:id/api-keys',
      });
    });

    it('holds the use of revoked keys', async () => {
      const key = await createKey(server, owner.auth, project.id);
      await server.api.delete(`/v1/projects/${project.id}/api-keys/${key.api_key.id}`, undefined, {
        auth: owner.auth,
      });
      const refused = expectStatus(401, await call('/v1/whoami', key));
      expect(await logged(refused.headers.get('x-request-id')!)).toMatchObject({
        error_code: 'api_key_revoked',
      });
    });

    it('holds what failed before anybody asked who calls', async () => {
      const careless = await createKey(server, owner.auth, project.id, { name: 'Careless' });
      const auth = basic(careless.secret);
      const json = { 'content-type': 'application/json' };
      const unread = await fetch(`${server.url}/v1/projects/${project.id}/api-keys`, {
        method: 'POST',
        headers: { ...json, authorization: auth },
        body: '{"name":',
      });
      const nowhere = await server.api.get('/v1/nowhere?token=very-secret', { auth });
      for (const [answer, line] of [
        [
          unread,
          { status: 400, error_code: 'invalid_json', method: 'POST', route: '/v1/projects/:id/api-keys' },
        ],
        [nowhere, { status: 404, error_code: 'route_not_found', method: 'GET', route: '(unmatched)' }],
      ] as const) {
        const id = answer.headers.get('x-request-id')!;
        const found = await waitFor('the line', () => logged(id));
        expect(found).toMatchObject({ ...line, api_key_id: careless.api_key.id });
      }
    });

    it('bounds its labels, whatever is sent, and loses nothing beside', async () => {
      const odd = await createKey(server, owner.auth, project.id, { name: 'Odd' });
      const head = (method: string) =>
        `${method} /v1/x HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(odd.secret)}\r\n` +
        `User-Agent: ${'u'.repeat(2_000)}\r\nConnection: close\r\n\r\n`;
      const answers = [];
      for (let i = 0; i < 5; i++) {
        answers.push(parseRaw(await sendRaw(server.url, head('UNSUBSCRIBE'))));
        expectStatus(200, await call('/v1/whoami', odd));
      }
      expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([404]));
      const { items, total_count } = await waitFor('all lines', async () => {
        const { body } = await list({ api_key_id: odd.api_key.id });
        return body.total_count === 10 ? body : undefined;
      });
      expect(items).toHaveLength(total_count);
      const unknown = items.filter((line: any) => line.status === 404);
      expect(unknown).toHaveLength(5);
      for (const line of unknown) {
        expect(line).toMatchObject({ method: 'OTHER', route: '(unmatched)', user_agent: 'u'.repeat(512) });
      }
      const usage = await server.api.get(`/v1/projects/${project.id}/usage`, {
        auth: owner.auth,
        query: { group_by: 'route' },
      });
      expect(JSON.stringify(usage.body)).not.toContain('/v1/x');
    });

    it('has, of a key that is stopped, the first of a kind in a minute; all of them count as usage', async () => {
      const ada = await signUp(server);
      const { id } = await createProject(server, ada.auth);
      const stopped = await createKey(server, ada.auth, id);
      expectStatus(200, await call('/v1/whoami', stopped));
      await server.api.delete(`/v1/projects/${id}/api-keys/${stopped.api_key.id}`, undefined, {
        auth: ada.auth,
      });
      for (let i = 0; i < 30; i++) {
        expectStatus(401, await call('/v1/whoami', stopped));
        expectStatus(404, await call(`/v1/nope-${i}`, stopped));
      }
      const query = { group_by: 'route' };
      const usage = await waitFor('the usage', async () => {
        const { body } = await server.api.get(`/v1/projects/${id}/usage`, { auth: ada.auth, query });
        return body.totals.requests === 61 ? body : undefined;
      });
      expect(usage.totals.errors).toBe(60);
      const { body } = await server.api.get(`/v1/projects/${id}/request-logs`, { auth: ada.auth });
      const refused = body.items.filter((line: any) => line.status !== 200);
      // Twice of each, where the minute turned meanwhile.
      expect([2, 4]).toContain(refused.length);
      expect(new Set(refused.map((line: any) => `${line.error_code} ${line.route}`))).toEqual(
        new Set(['api_key_revoked /v1/whoami', 'route_not_found (unmatched)']),
      );
      const lines = await server.api.get(`/v1/projects/${id}/request-logs`, {
        auth: ada.auth,
        query: { from: new Date(Date.now() - 3 * 86_400_000).toISOString() },
      });
      expect(lines.body.total_count).toBe(body.items.length);
    });

    it('holds, once, what a client did not wait for', async () => {
      // Of somebody else: some of what follows may be answered after this test.
      const { auth } = await signUp(server);
      const { id } = await createProject(server, auth);
      const { secret } = await createKey(server, auth, id, {
        name: 'Impatient',
        role_id: ROLE_IDS.administrator,
      });
      const body = '{"name":"Ghost"}';
      const { hostname, port } = new URL(server.url);
      const request =
        `POST /v1/projects/${id}/api-keys HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic(secret)}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      for (let i = 0; i < 10; i++) {
        const socket = connect(Number(port), hostname);
        await new Promise(resolve => socket.write(request, resolve));
        socket.resetAndDestroy();
      }
      // Those whose reset overtook the request itself never came; the others come one after the other.
      const get = (path: string, query = {}) =>
        server.api.get(`/v1/projects/${id}/${path}`, { auth, query: { limit: 100, ...query } });
      const items = await waitFor('a line of each key of the impatient', async () => {
        const ghosts = (await get('api-keys', { q: 'Ghost' })).body.total_count;
        const lines = (await get('request-logs')).body.items;
        return ghosts > 0 && lines.length === ghosts ? lines : undefined;
      });
      for (const line of items) expect(line).toMatchObject({ method: 'POST', status: 201, error_code: null });
    });

    it('holds nothing of people and of unknown keys', async () => {
      const before = (await list()).body.total_count;
      await server.api.get('/v1/me', { auth: owner.auth });
      await server.api.get('/v1/whoami', { auth: basic('bw_test_nonsense') });
      expect((await list()).body.total_count).toBe(before);
    });
  });

  describe('GET /v1/projects/:id/request-logs', () => {
    beforeAll(async () => {
      for (let i = 0; i < 7; i++) await call('/v1/whoami', script);
      for (let i = 0; i < 3; i++) await call('/v1/lookup/key_00000000000000000000000000', script);
      await server.api.post(`/v1/projects/${project.id}/api-keys`, {}, { auth: basic(script.secret) });
    });

    it('pages through everything, newest first', async () => {
      const all: string[] = [];
      let cursor: string | null = null;
      do {
        const { body }: Answer = expectStatus(200, await list(cursor ? { limit: 4, cursor } : { limit: 4 }));
        all.push(...body.items.map((line: any) => line.id));
        cursor = body.next_cursor;
        expect(body.has_more).toBe(cursor !== null);
      } while (cursor);
      expect(all).toEqual(all.toSorted().reverse());
      expect(new Set(all).size).toBe(all.length);
      expect(all).toHaveLength((await list()).body.total_count);
    });

    it.each([
      [{ status: '404' }, 3, { status: 404 }],
      [{ status: '4XX', method: 'get' }, 3, { method: 'GET' }],
      [{ method: 'post' }, 1, { method: 'POST', status: 400, error_code: 'validation_failed' }],
      [{ route: '/v1/lookup/:id' }, 3, { route: '/v1/lookup/:id' }],
      [{ route: '/v1/nowhere' }, 0, {}],
      [{ route: '/v1/whoami', status: '2xx' }, 7, { status: 200 }],
    ])('filters by %j', async (query, count, expected) => {
      const { body } = expectStatus(200, await list({ api_key_id: script.api_key.id, ...query }));
      expect(body.total_count).toBe(count);
      expect(body.items).toHaveLength(count);
      for (const line of body.items)
        expect(line).toMatchObject({ api_key_id: script.api_key.id, ...expected });
    });

    it('counts and lists a range of time', async () => {
      const { items, total_count } = (await list({ limit: 100 })).body;
      const middle = items[5].created_at;
      const later = (await list({ from: middle, limit: 100 })).body;
      const earlier = (await list({ to: middle, limit: 100 })).body;
      expect(later.items.every((line: any) => line.created_at >= middle)).toBe(true);
      expect(earlier.items.every((line: any) => line.created_at < middle)).toBe(true);
      expect(later.total_count).toBe(later.items.length);
      expect(later.total_count + earlier.total_count).toBe(total_count);
      const year = { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' };
      expect((await list(year)).body.total_count).toBe(total_count);
    });

    it('shows callers without usage:write their own requests only', async () => {
      const own = expectStatus(200, await list({ limit: 100 }, basic(reader.secret))).body;
      expect(own.items.length).toBeGreaterThan(0);
      expect(own.total_count).toBe(own.items.length);
      for (const line of own.items) expect(line.api_key_id).toBe(reader.api_key.id);
      const others = (await list({ api_key_id: script.api_key.id }, basic(reader.secret))).body;
      expect(others).toMatchObject({ items: [], total_count: 0, has_more: false });
    });

    it.each<Record<string, string>>([
      { status: '6xx' },
      { status: '40' },
      { method: 'G T' },
      { from: 'x' },
      { cursor: 'x' },
      { what: '1' },
    ])('refuses %j', async query => {
      expectStatus(400, await list(query));
    });

    it('is for those with usage:read', async () => {
      expectStatus(401, await server.api.get(`/v1/projects/${project.id}/request-logs`));
      const stranger = await signUp(server);
      expectStatus(404, await list({}, stranger.auth));
    });
  });

  describe('one request', () => {
    it('is found by its id, by those who may see it', async () => {
      const id = (await call('/v1/whoami', script)).headers.get('x-request-id')!;
      const path = `/v1/projects/${project.id}/request-logs/${id}`;
      expect(expectStatus(200, await server.api.get(path, { auth: owner.auth })).body.id).toBe(id);
      expectStatus(404, await call(path, reader));
      const found = expectStatus(200, await server.api.get(`/v1/lookup/${id}`, { auth: owner.auth })).body;
      expect(found).toEqual({
        id,
        object: 'request_log',
        project_id: project.id,
        name: 'GET /v1/whoami',
        url: path,
      });
      expectStatus(404, await call(`/v1/lookup/${id}`, reader));
      const own = (await call('/v1/whoami', reader)).headers.get('x-request-id')!;
      expectStatus(200, await call(`/v1/lookup/${own}`, reader));
      const stranger = await signUp(server);
      expectStatus(404, await server.api.get(`/v1/lookup/${id}`, { auth: stranger.auth }));
      const elsewhere = await createProject(server, owner.auth);
      expectStatus(
        404,
        await server.api.get(`/v1/projects/${elsewhere.id}/request-logs/${id}`, { auth: owner.auth }),
      );
    });
  });

  describe('GET /v1/organizations/:id/request-logs', () => {
    const all = (query = {}, auth = owner.auth) =>
      server.api.get(`/v1/organizations/${project.organization_id}/request-logs`, { auth, query });

    it('shows the owner the requests of all projects', async () => {
      const second = await createProject(server, owner.auth);
      const key = await createKey(server, owner.auth, second.id);
      await call('/v1/whoami', key);
      const { body } = expectStatus(200, await all());
      expect(body.items[0]).toMatchObject({ project_id: second.id, api_key_id: key.api_key.id });
      expect(body.total_count).toBe(1 + (await list()).body.total_count);
      expect((await all({ status: '404' })).body.total_count).toBe(
        (await list({ status: '404' })).body.total_count,
      );
      expect((await all({ project_id: second.id })).body.total_count).toBe(1);
    });

    it('does not exist for others', async () => {
      const stranger = await signUp(server);
      expectStatus(404, await all({}, stranger.auth));
      expectStatus(403, await all({}, basic(script.secret)));
    });
  });
});
