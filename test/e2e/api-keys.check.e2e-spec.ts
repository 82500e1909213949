import { basic } from '../support/client.js';
import { admin, createKey, createProject, type Person, ROLE_IDS, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
let owner: Person;
let project: { id: string };
/** The gateway's own key, which may verify others. */
let gateway: string;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  project = await createProject(server, owner.auth);
  const key = await createKey(server, owner.auth, project.id, {
    name: 'Gateway',
    role_id: ROLE_IDS.administrator,
  });
  gateway = basic(key.secret);
});

afterAll(() => server?.stop());

const issue = (body: object = {}) => createKey(server, owner.auth, project.id, { name: 'Client', ...body });
const verify = (body: object, auth = gateway) => server.api.post('/v1/api-keys/verify', body, { auth });
const path = (key: { api_key: { id: string } }) => `/v1/projects/${project.id}/api-keys/${key.api_key.id}`;

async function codeOf(body: object, auth = gateway): Promise<string> {
  const answer = await verify(body, auth);
  expect(answer.status).toBe(200);
  expect(answer.body.valid).toBe(answer.body.code === 'VALID');
  return answer.body.code as string;
}

describe('POST /v1/api-keys/verify', () => {
  it('says who a valid key is and what it may do', async () => {
    const key = await issue({ role_id: ROLE_IDS.viewer });
    const { body } = await verify({ key: key.secret, permission: 'customers:read' });
    expect(body).toMatchObject({
      valid: true,
      code: 'VALID',
      key_id: key.api_key.id,
      project_id: project.id,
      role: { id: ROLE_IDS.viewer, name: 'viewer' },
    });
    expect(body.permissions).toContain('customers:read');
  });

  it('knows nothing of malformed, unknown and other organizations’ keys', async () => {
    const stranger = await signUp(server);
    const elsewhere = await createProject(server, stranger.auth);
    const theirs = await createKey(server, stranger.auth, elsewhere.id);
    const last = theirs.secret.at(-1) === 'A' ? 'B' : 'A';
    const answers = [];
    for (const key of ['nonsense', theirs.secret.slice(0, -1) + last, theirs.secret])
      answers.push(await verify({ key }));
    for (const answer of answers) expect(answer.body).toEqual({ valid: false, code: 'NOT_FOUND' });
  });

  it('gives the reason when a key may not pass', async () => {
    const suspended = await issue();
    await server.api.patch(path(suspended), { status: 'suspended' }, { auth: owner.auth });
    expect(await codeOf({ key: suspended.secret })).toBe('SUSPENDED');
    const revoked = await issue();
    await server.api.delete(path(revoked), undefined, { auth: owner.auth });
    expect(await codeOf({ key: revoked.secret })).toBe('REVOKED');
    const expiring = await issue({ expires_at: new Date(Date.now() + 1_000).toISOString() });
    await waitFor(
      'the key to expire',
      async () => (await codeOf({ key: expiring.secret })) === 'EXPIRED' || undefined,
    );
    const listed = await issue({
      allowed_ips: ['203.0.113.0/24', '2001:db8::/32'],
      allowed_domains: ['*.example.com'],
    });
    const origin = 'https://shop.example.com';
    expect(await codeOf({ key: listed.secret, ip: '198.51.100.1', origin })).toBe('IP_NOT_ALLOWED');
    expect(await codeOf({ key: listed.secret, ip: '203.0.113.9', origin: 'https://example.com' })).toBe(
      'DOMAIN_NOT_ALLOWED',
    );
    expect(await codeOf({ key: listed.secret, ip: '::ffff:203.0.113.9', origin })).toBe('VALID');
    const ported = await issue({ allowed_domains: ['bücher.example:8443', '[::1]:3000'] });
    for (const [from, code] of [
      ['https://bücher.example:8443', 'VALID'],
      ['https://xn--bcher-kva.example:8443/page', 'VALID'],
      ['https://bücher.example', 'DOMAIN_NOT_ALLOWED'],
      ['http://[::1]:3000', 'VALID'],
      ['http://[::1]:3001', 'DOMAIN_NOT_ALLOWED'],
    ])
      expect([from, await codeOf({ key: ported.secret, origin: from })]).toEqual([from, code]);
    const viewer = await issue({ role_id: ROLE_IDS.viewer });
    expect(await codeOf({ key: viewer.secret, permission: 'billing:write' })).toBe(
      'INSUFFICIENT_PERMISSIONS',
    );
  });

  it('sees a suspended project on the very next call', async () => {
    const other = await createProject(server, owner.auth);
    const key = await createKey(server, owner.auth, other.id);
    expect(await codeOf({ key: key.secret })).toBe('VALID');
    await server.api.post(
      `/v1/projects/${other.id}/settings/suspend`,
      { confirm: true },
      { auth: owner.auth },
    );
    expect(await codeOf({ key: key.secret })).toBe('PROJECT_SUSPENDED');
  });

  it('is for keys with the permission and for platform admins', async () => {
    const key = await issue();
    const plain = await verify({ key: key.secret }, basic(key.secret));
    expect([plain.status, plain.body.error.code]).toEqual([403, 'permission_denied']);
    const person = await verify({ key: key.secret }, owner.auth);
    expect([person.status, person.body.error.code]).toEqual([403, 'api_key_required']);
    expect(await codeOf({ key: key.secret }, (await admin(server)).auth)).toBe('VALID');
    expect((await server.api.post('/v1/api-keys/verify', { key: key.secret })).status).toBe(401);
    expect((await verify({})).status).toBe(400);
    expect((await verify({ key: key.secret, ip: 'nowhere' })).body.error.param).toBe('ip');
  });
});

describe('what a verification leaves', () => {
  const linesOf = async (key: { api_key: { id: string } }) => {
    const url = `/v1/projects/${project.id}/request-logs?api_key_id=${key.api_key.id}`;
    return (await server.api.get(url, { auth: owner.auth })).body.items as Record<string, unknown>[];
  };

  it('is a use of the key that was checked, with the verdict as its status', async () => {
    const key = await issue({ role_id: ROLE_IDS.viewer });
    const ip = '203.0.113.9';
    const passed = await verify({ key: key.secret, ip });
    const refused = await verify({ key: key.secret, ip, permission: 'billing:write' });
    const lines = await waitFor('both lines', async () => {
      const found = await linesOf(key);
      return found.length === 2 ? found : undefined;
    });
    const common = { method: 'POST', route: '/v1/api-keys/verify', ip, api_key_id: key.api_key.id };
    expect(lines).toEqual([
      expect.objectContaining({
        ...common,
        status: 403,
        error_code: 'permission_denied',
        request_id: refused.headers.get('x-request-id'),
      }),
      expect.objectContaining({
        ...common,
        status: 200,
        error_code: null,
        request_id: passed.headers.get('x-request-id'),
      }),
    ]);
    const used = await waitFor('its last use', async () => {
      const { body } = await server.api.get(path(key), { auth: owner.auth });
      return body.last_used_at ? body : undefined;
    });
    expect(used.last_used_ip).toBe(ip);
    const usage = await server.api.get(`/v1/projects/${project.id}/usage?group_by=api_key`, {
      auth: owner.auth,
    });
    const series = usage.body.series as { api_key_id: string; requests: number; errors: number }[];
    const mine = series.filter(point => point.api_key_id === key.api_key.id);
    expect(mine.reduce((sum, point) => sum + point.requests, 0)).toBe(2);
    expect(mine.reduce((sum, point) => sum + point.errors, 0)).toBe(1);
  });

  it('is one line when a key asks about itself, and none of a key the caller may not know', async () => {
    const key = await issue({ role_id: ROLE_IDS.administrator });
    const answer = await verify({ key: key.secret }, basic(key.secret));
    const stranger = await signUp(server);
    const elsewhere = await createProject(server, stranger.auth);
    const theirs = await createKey(server, stranger.auth, elsewhere.id);
    await verify({ key: theirs.secret });
    const lines = await waitFor('the line', async () => {
      const found = await linesOf(key);
      return found.length ? found : undefined;
    });
    expect(lines.map(line => line.id)).toEqual([answer.headers.get('x-request-id')]);
    const log = await server.api.get(`/v1/projects/${elsewhere.id}/request-logs`, { auth: stranger.auth });
    expect(log.body.items).toEqual([]);
  });
});

describe('the quota', () => {
  const limits = (organizationId: string, body: object, auth: string) =>
    server.api.patch(`/v1/organizations/${organizationId}/subscription`, body, { auth });

  it('is told with the verdict, charged as the contract says, and exceeded in words', async () => {
    const root = await admin(server);
    const person = await signUp(server);
    const small = await createProject(server, person.auth);
    const key = await createKey(server, person.auth, small.id);
    await limits(
      small.organization_id as string,
      { requests_per_minute: 50, requests_per_day: 8 },
      root.auth,
    );
    const first = await verify({ key: key.secret, cost: 3 }, root.auth);
    expect(first.body).toMatchObject({ valid: true, remaining: { day: 5 } });
    expect((await verify({ key: key.secret }, root.auth)).body.remaining.day).toBe(5);
    expect((await verify({ key: key.secret, cost: 6 }, root.auth)).body).toMatchObject({
      valid: false,
      code: 'USAGE_EXCEEDED',
      remaining: { day: 5 },
    });
    await limits(
      small.organization_id as string,
      { requests_per_minute: 4, requests_per_day: 1000 },
      root.auth,
    );
    expect(await codeOf({ key: key.secret, cost: 2 }, root.auth)).toBe('RATE_LIMITED');
  });

  it('is charged one request of the caller’s organization by each call of a key', async () => {
    const key = await issue();
    const before = (await verify({ key: key.secret })).body.remaining.day as number;
    const after = (await verify({ key: key.secret, cost: 100 })).body.remaining.day as number;
    expect(before - after).toBe(1);
  });
});

describe('POST …/explain', () => {
  const explain = (key: { api_key: { id: string } }, body: object, auth = owner.auth) =>
    server.api.post(`${path(key)}/explain`, body, { auth });

  it('traces every check in order, and says how to mend what fails', async () => {
    const key = await issue({ role_id: ROLE_IDS.viewer, allowed_ips: ['203.0.113.7'] });
    const { status, body } = await explain(key, { ip: '198.51.100.1', permission: 'billing:write' });
    expect(status).toBe(200);
    expect(body.allowed).toBe(false);
    const steps = body.steps as { check: string; passed: boolean; reason?: string; fix?: string }[];
    expect(steps.filter(step => !step.passed).map(step => step.check)).toEqual([
      'ip_allowed',
      'permission_held',
    ]);
    expect(steps.find(step => step.check === 'ip_allowed')).toMatchObject({
      reason: expect.stringContaining('198.51.100.1'),
      fix: expect.stringContaining('allowed_ips'),
    });
    expect((await explain(key, { ip: '203.0.113.7' })).body).toMatchObject({ allowed: true });
  });

  it('is for those who may see the key', async () => {
    const key = await issue();
    const stranger = await signUp(server);
    expect((await explain(key, {}, stranger.auth)).status).toBe(404);
    const viewer = await issue({ role_id: ROLE_IDS.viewer });
    expect((await explain(key, {}, basic(viewer.secret))).status).toBe(403);
    expect((await explain(key, { permission: 'everything' })).status).toBe(400);
  });
});
