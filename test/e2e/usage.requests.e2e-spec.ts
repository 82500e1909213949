import { codeOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import { addRole, expectStatus, type Key, type Project, Scene } from '../support/scene.js';

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

  it.each([{ ip: '203.0.113' }, { ip: 'fe80::1%eth0' }, { status: '6xx' }, { q: 'x'.repeat(201) }])(
    'not by %j',
    async query => {
      const { body } = expectStatus(400, await list(query));
      expect(body.error.details.errors[0].param).toBe(Object.keys(query)[0]);
    },
  );

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
