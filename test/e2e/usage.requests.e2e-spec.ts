import { insertRows } from '../../src/kernel/database/insert-rows.js';
import { codeOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import { addRole, expectStatus, type Key, type Project, Scene, write } from '../support/scene.js';
import { waitFor } from '../support/wait-for.js';

let scene: Scene;
let project: Project;
let script: Key;
let other: Key;
/** The id of the request that ended so. */
const sent: Record<string, string> = {};

beforeAll(async () => {
  scene = await Scene.open({ TRUST_PROXY: '127.0.0.1' });
  project = await scene.project();
  script = await scene.key(project, 'viewer');
  other = await scene.key(project, 'administrator');
  const from = (ip: string, agent: string) => ({ 'x-forwarded-for': ip, 'user-agent': agent });
  const call = async (name: string, path: string, key: Key, headers: Record<string, string>) => {
    const answer = await scene.api.get(path, { auth: basic(key.secret), headers });
    sent[name] = answer.headers.get('x-request-id')!;
  };
  await call('ok', '/v1/whoami', script, from('203.0.113.7', 'Thermometer/1.0 (100%_sure)'));
  await call('plain', '/v1/whoami', script, from('203.0.113.7', 'curl/8.5.0'));
  await call('v6', '/v1/whoami', other, from('2001:DB8:0::7', 'curl/8.5.0'));
  await call('denied', `/v1/projects/${project.id}/api-keys`, script, from('203.0.113.8', 'curl/8.5.0'));
  await call('missing', `/v1/lookup/key_${'0'.repeat(26)}`, other, from('203.0.113.9', 'thermometer/2.0'));
});
afterAll(() => scene?.close());

const log = () => `/v1/projects/${project.id}/request-logs`;
const list = async (query: Record<string, string | number> = {}, auth?: string) =>
  scene.api.get(log(), { auth: auth ?? (await scene.owner()).auth, query });

describe('GET /v1/projects/:id/request-logs searches', () => {
  it.each<[Record<string, string>, string[]]>([
    [{ q: 'THERMOmeter' }, ['missing', 'ok']],
    [{ q: 'WHOAMI' }, ['v6', 'plain', 'ok']],
    [{ q: 'not_found' }, ['missing']],
    [{ q: '100%_sure' }, ['ok']],
    [{ q: '100_%sure' }, []],
    [{ q: '%' }, ['ok']],
    [{ ip: '203.0.113.7' }, ['plain', 'ok']],
    [{ ip: '2001:0db8::0007' }, ['v6']],
    [{ ip: '::ffff:203.0.113.8' }, ['denied']],
    [{ ip: '203.0.113.70' }, []],
    [{ status: '4xx' }, ['missing', 'denied']],
    [{ status: '5xx' }, []],
    [{ status: '4xx', ip: '203.0.113.8' }, ['denied']],
    [{ ip: '203.0.113.7', q: 'curl', status: '2xx', route: '/v1/whoami' }, ['plain']],
    [{ ip: '203.0.113.7', method: 'POST' }, []],
    [{ q: 'curl', to: '2020-01-01T00:00:00.000Z' }, []],
  ])('by %j', async (query, expected) => {
    const { body } = expectStatus(200, await list(query));
    expect(body.items.map((line: any) => line.id)).toEqual(expected.map(name => sent[name]));
    expect(body.total_count).toBe(expected.length);
  });

  it('by the id of a request', async () => {
    for (const q of [sent.ok!, sent.ok!.toUpperCase()])
      expect((await list({ q })).body.items.map((line: any) => line.id)).toEqual([sent.ok]);
    expect((await list({ q: sent.ok!, status: '4xx' })).body.items).toEqual([]);
  });

  it('page by page', async () => {
    const first = expectStatus(200, await list({ q: 'whoami', limit: 2 })).body;
    expect(first.items.map((line: any) => line.id)).toEqual([sent.v6, sent.plain]);
    const second = (await list({ q: 'whoami', limit: 2, cursor: first.next_cursor })).body;
    expect(second.items.map((line: any) => line.id)).toEqual([sent.ok]);
    expect(second).toMatchObject({ total_count: 3, has_more: false });
  });

  it("nobody else's requests without usage:write", async () => {
    const { body } = expectStatus(200, await list({ q: 'thermometer' }, script.auth));
    expect(body.items.map((line: any) => line.id)).toEqual([sent.ok]);
  });

  it('over all projects of an organization', async () => {
    const { auth } = await scene.owner();
    const { organization_id } = (await scene.api.get(`/v1/projects/${project.id}`, { auth })).body.project;
    const path = `/v1/organizations/${organization_id}/request-logs`;
    const { body } = expectStatus(200, await scene.api.get(path, { auth, query: { q: 'thermometer' } }));
    expect(body.items.map((line: any) => line.id)).toEqual([sent.missing, sent.ok]);
  });

  it.each<Record<string, string>>([
    { ip: '203.0.113' },
    { ip: 'fe80::1%eth0' },
    { status: '6xx' },
    { q: 'x'.repeat(201) },
  ])('not by %j', async query => {
    const { body } = expectStatus(400, await list(query));
    expect(body.error.details.errors[0].param).toBe(Object.keys(query)[0]);
  });

  it('not by what is hidden from the caller', async () => {
    const role = await addRole(scene.server, project.id, ['project:read', 'usage:read']);
    const { auth } = await scene.owner();
    for (const attribute of ['request_log.ip', 'request_log.user_agent']) {
      const rule = { attribute, hidden_from: [role] };
      expectStatus(
        201,
        await scene.api.post(`/v1/projects/${project.id}/attribute-visibility`, rule, { auth }),
      );
    }
    const clerk = await scene.member(project, role);
    expect(codeOf(await list({ ip: '203.0.113.7' }, clerk.auth))).toEqual([403, 'attribute_hidden']);
    expect(codeOf(await list({ q: 'curl' }, clerk.auth))).toEqual([403, 'attribute_hidden']);
    expectStatus(200, await list({ status: '2xx' }, clerk.auth));
  });
});

describe('GET /v1/projects/:id/request-logs/:req/explain', () => {
  const explain = async (req: string, auth?: string) =>
    scene.api.get(`${log()}/${req}/explain`, { auth: auth ?? (await scene.owner()).auth });
  const calling = async (key: Key, path = '/v1/whoami', headers = {}) =>
    (await scene.api.get(path, { auth: basic(key.secret), headers })).headers.get('x-request-id')!;
  const failed = (body: any) => body.steps.filter((step: any) => !step.passed);

  it('says of a request that succeeded that every check passed', async () => {
    const { body } = expectStatus(200, await explain(sent.ok!));
    expect(body).toMatchObject({ allowed: true, answer: { status: 200, error_code: null } });
    expect(body.steps.map((step: any) => step.check)).toEqual([
      ...['project_exists', 'secret_current', 'key_not_revoked', 'key_not_expired', 'project_active'],
      ...['key_active', 'member_active', 'ip_allowed', 'domain_allowed', 'permission_held', 'quota_left'],
    ]);
    expect(failed(body)).toEqual([]);
  });

  it('says of one that the handler refused that the key was let in', async () => {
    const { body } = expectStatus(200, await explain(sent.missing!));
    expect(body).toMatchObject({ allowed: true, answer: { status: 404, error_code: 'not_found' } });
    expect(body.summary).toBe('The key was let in; the answer was 404 (not_found).');
    expect(failed(body)).toEqual([]);
  });

  it('names the permission that was missing', async () => {
    const events = await calling(script, `/v1/projects/${project.id}/events`);
    const { body } = expectStatus(200, await explain(events));
    expect(body.allowed).toBe(false);
    expect(failed(body)).toEqual([
      {
        check: 'permission_held',
        passed: false,
        reason: 'The role of the key did not give it audit:read.',
        fix: expect.stringContaining('audit:read'),
      },
    ]);
  });

  it('goes by what was recorded, not by what the key is like now', async () => {
    const key = await scene.key(project, 'viewer', { allowed_ips: ['198.51.100.1'] });
    const path = `/v1/projects/${project.id}/api-keys/${key.id}`;
    const { auth } = await scene.owner();
    const refused = await calling(key, '/v1/whoami', { 'x-forwarded-for': '203.0.113.7' });
    expectStatus(200, await scene.api.patch(path, { allowed_ips: [] }, { auth }));
    const { body } = expectStatus(200, await explain(refused));
    expect(failed(body)).toMatchObject([
      { check: 'ip_allowed', reason: "203.0.113.7 was not on the key's list of addresses." },
    ]);
    expect(body.steps.at(-1).fix).toContain(path);
  });

  it('says what was not recorded', async () => {
    const key = await scene.key(project, 'viewer', { allowed_domains: ['example.com'] });
    const { body } = await explain(await calling(key, '/v1/whoami', { origin: 'https://example.org' }));
    expect(failed(body)).toMatchObject([
      { check: 'domain_allowed', reason: expect.stringContaining('is not recorded') },
    ]);
  });

  it('knows stopped keys', async () => {
    const key = await scene.key(project, 'viewer');
    const path = `/v1/projects/${project.id}/api-keys/${key.id}`;
    const { auth } = await scene.owner();
    expectStatus(200, await scene.api.patch(path, { status: 'suspended' }, { auth }));
    expect(failed((await explain(await calling(key))).body)).toMatchObject([{ check: 'key_active' }]);
    expectStatus(200, await scene.api.delete(path, undefined, { auth }));
    expect(failed((await explain(await calling(key))).body)).toMatchObject([{ check: 'key_not_revoked' }]);
  });

  it('knows what was answered before the key was looked at', async () => {
    const id = await calling(other, '/v1/nowhere');
    const body = await waitFor('the line', async () => {
      const answer = await explain(id);
      return answer.status === 200 ? answer.body : undefined;
    });
    expect(body).toMatchObject({ steps: [], answer: { status: 404, error_code: 'route_not_found' } });
  });

  it('hides checks that tell of something hidden, passed or failed', async () => {
    const role = await addRole(scene.server, project.id, ['project:read', 'usage:read', 'usage:write']);
    const { auth } = await scene.owner();
    const rule = { attribute: 'api_key.allowed_ips', hidden_from: [role] };
    expectStatus(
      201,
      await scene.api.post(`/v1/projects/${project.id}/attribute-visibility`, rule, { auth }),
    );
    const clerk = await scene.member(project, role);
    const key = await scene.key(project, 'viewer', { allowed_ips: ['198.51.100.1'] });
    const refused = (await explain(await calling(key), clerk.auth)).body;
    const passed = (await explain(sent.ok!, clerk.auth)).body;
    expect(refused.steps).toEqual(passed.steps);
    expect(refused.allowed).toBe('[REDACTED]');
    expect(refused.steps.find((step: any) => step.check === 'ip_allowed')).toEqual({
      ...{ check: 'ip_allowed', passed: '[REDACTED]', reason: '[REDACTED]', fix: '[REDACTED]' },
    });
  });

  it('is for those who may see the request', async () => {
    expectStatus(401, await scene.api.get(`${log()}/${sent.ok}/explain`));
    expectStatus(404, await explain(sent.ok!, (await scene.stranger()).auth));
    expectStatus(404, await explain(sent.missing!, script.auth));
    expectStatus(200, await explain(sent.ok!, script.auth));
    const elsewhere = await scene.project();
    const { auth } = await scene.owner();
    expectStatus(
      404,
      await scene.api.get(`/v1/projects/${elsewhere.id}/request-logs/${sent.ok}/explain`, { auth }),
    );
    const role = await addRole(scene.server, project.id, ['project:read']);
    expect(codeOf(await explain(sent.ok!, (await scene.member(project, role)).auth))).toEqual([
      403,
      'permission_denied',
    ]);
  });
});

describe('where more series match than a statement can name', () => {
  const SERIES = 33_000;
  let project: Project;

  beforeAll(async () => {
    project = await scene.project();
    const key = await scene.key(project, 'administrator');
    const columns = ['project_id', 'organization_id', 'api_key_id', 'method', 'route', 'status', 'logged'];
    const routes = Array.from({ length: SERIES }, (_, at) => `/v1/route${at}`);
    await write(scene.server, manager =>
      insertRows(manager, 'request_series', columns, routes, route => [
        ...[project.id, project.organization_id, key.id],
        ...['GET', route, 200, 0],
      ]),
    );
    const hour = Math.floor(Date.now() / 3_600_000);
    const once = (unit: string, at: number) => {
      const select = 'SELECT id, ?, 1, 1 FROM request_series WHERE project_id = ?';
      const insert = `INSERT INTO usage_${unit}s (series_id, ${unit}, requests, unlogged) ${select}`;
      return write(scene.server, manager => manager.query(insert, [at, project.id]));
    };
    await once('hour', hour);
    await once('day', Math.floor(hour / 24));
    const called = ['/v1/whoami', `/v1/lookup/key_${'0'.repeat(26)}`];
    for (const path of called) await scene.api.get(path, { auth: key.auth });
  });

  it.each<[Record<string, string>, string[]]>([
    [{ method: 'GET' }, ['/v1/lookup/:id', '/v1/whoami']],
    [{ method: 'GET', from: new Date(Date.now() - 60_000).toISOString() }, ['/v1/lookup/:id', '/v1/whoami']],
    [{ method: 'GET', q: 'whoami' }, ['/v1/whoami']],
    [{ q: 'v1/', status: '2xx' }, ['/v1/whoami']],
    [{ q: 'route' }, []],
    [{ method: 'GET', ip: '192.0.2.1' }, []],
  ])('answers to %j', async (query, routes) => {
    const { auth } = await scene.owner();
    const logs = (owner: string) => scene.api.get(`/v1/${owner}/request-logs`, { auth, query });
    for (const owner of [`projects/${project.id}`, `organizations/${project.organization_id}`]) {
      const { body } = expectStatus(200, await logs(owner));
      const found = body.items.filter((line: any) => line.project_id === project.id);
      expect(found.map((line: any) => line.route)).toEqual(routes);
    }
  });

  it.each(['', '?group_by=route', '?group_by=status'])('counts all of them: usage%s', async query => {
    const { auth } = await scene.owner();
    const { body } = expectStatus(
      200,
      await scene.api.get(`/v1/projects/${project.id}/usage${query}`, { auth }),
    );
    expect(body.totals).toEqual({ requests: SERIES + 2, errors: 1 });
    const counted = body.series.reduce((sum: number, { requests }: any) => sum + requests, 0);
    expect(counted).toBe(query === '?group_by=route' ? 100 : SERIES + 2);
  });
});
