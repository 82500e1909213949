import { firstIdAt } from '../../src/kernel/database/ids.js';
import { RequestRecorder } from '../../src/modules/usage/request-recorder.service.js';
import { codeOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import { addRole, createKey, expectStatus, type Key, type Project, Scene } from '../support/scene.js';

const DAY_MS = 86_400_000;

let scene: Scene;
let project: Project;
let key: Key;

beforeAll(async () => {
  scene = await Scene.open();
  project = await scene.project();
  key = await scene.key(project, 'viewer', { name: 'Nightly' });
  for (const [path, agent] of [
    ['/v1/whoami', 'curl/8.5.0'],
    ['/v1/whoami', 'curl/8.5.0'],
    ['/v1/whoami', 'thermometer/1.0'],
    [`/v1/projects/${project.id}/events`, 'curl/8.5.0'],
  ] as const) {
    await scene.api.get(path, { auth: basic(key.secret), headers: { 'user-agent': agent } });
  }
});
afterAll(() => scene?.close());

const impact = async (of: string = key.id, query: Record<string, string> = {}, auth?: string) =>
  scene.api.get(`/v1/projects/${project.id}/api-keys/${of}/impact`, {
    auth: auth ?? (await scene.owner()).auth,
    query,
  });

/** Makes requests with a key, as though they had come at that time. */
function record(of: string, at: Date, count: number): void {
  const recorder = scene.server.app.get(RequestRecorder, { strict: false });
  for (let i = 0; i < count; i++) {
    const id = firstIdAt('req', at).slice(0, -6) + String(i).padStart(6, '0');
    recorder.record({
      ...{ id, requestId: id, projectId: project.id, organizationId: 'org', apiKeyId: of, memberId: null },
      ...{ method: 'GET', route: '/v1/whoami', status: 200, durationMs: 1, errorCode: null },
      ...{ ip: '203.0.113.7', userAgent: `agent ${i}` },
    });
  }
}

describe('GET /v1/projects/:id/api-keys/:key/impact', () => {
  it('tells who called what, and whose key it is', async () => {
    const { body } = expectStatus(200, await impact());
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(7 * DAY_MS);
    expect(body).toEqual({
      ...{ from: body.from, to: body.to, callers_from: body.from, more_callers: false },
      callers: [
        { ip: '127.0.0.1', user_agent: 'curl/8.5.0', requests: 3, last_at: expect.any(String) },
        { ip: '127.0.0.1', user_agent: 'thermometer/1.0', requests: 1, last_at: expect.any(String) },
      ],
      routes: [
        { method: 'GET', route: '/v1/whoami', requests: 3, errors: 0 },
        { method: 'GET', route: '/v1/projects/:id/events', requests: 1, errors: 1 },
      ],
      members: [{ id: expect.stringMatching(/^mbr_/), name: expect.any(String), relations: ['creator'] }],
      secrets: [
        { preview: expect.stringMatching(/^bw_test_/), last_used_at: expect.any(String), expires_at: null },
      ],
    });
  });

  it('looks back as many days as are asked for, and tells of a hundred callers', async () => {
    const { id } = await scene.key(project, 'viewer');
    record(id, new Date(Date.now() - 10 * DAY_MS), 101);
    expect((await impact(id)).body).toMatchObject({ callers: [], routes: [], more_callers: false });
    const { body } = expectStatus(200, await impact(id, { days: '31' }));
    expect(body.callers).toHaveLength(100);
    expect(body).toMatchObject({ more_callers: true, routes: [{ route: '/v1/whoami', requests: 101 }] });
  });

  it('tells the secrets apart', async () => {
    const old = await scene.key(project, 'viewer');
    const path = `/v1/projects/${project.id}/api-keys/${old.id}/regenerate`;
    const { auth } = await scene.owner();
    expectStatus(200, await scene.api.get('/v1/whoami', { auth: basic(old.secret) }));
    const { body } = await scene.api.post(path, { grace_period_seconds: 3_600 }, { auth });
    const [current, previous, ...others] = (await impact(old.id)).body.secrets;
    expect(others).toEqual([]);
    expect(current.preview).toBe(body.api_key.preview);
    expect(previous).toEqual({
      ...{ preview: null, last_used_at: null, expires_at: body.api_key.previous_secret.expires_at },
    });
  });

  it("shows a member's own key to its member, whom the others see as its holder", async () => {
    const member = await scene.member(project, 'viewer');
    const own = await createKey(scene.server, member.auth, project.id, { member: true });
    const { body } = expectStatus(200, await impact(own.api_key.id, {}, member.auth));
    expect(body.members).toMatchObject([{ id: member.memberId, relations: ['holder', 'creator'] }]);
    expectStatus(404, await impact(key.id, {}, member.auth));
  });

  it('hides what the log hides', async () => {
    const role = await addRole(scene.server, project.id, ['project:read', 'api_keys:read']);
    const { auth } = await scene.owner();
    for (const attribute of ['request_log.ip', 'api_key.preview']) {
      const rule = { attribute, hidden_from: [role] };
      expectStatus(
        201,
        await scene.api.post(`/v1/projects/${project.id}/attribute-visibility`, rule, { auth }),
      );
    }
    const { body } = expectStatus(200, await impact(key.id, {}, (await scene.member(project, role)).auth));
    expect(body.callers[0]).toMatchObject({ ip: '[REDACTED]', user_agent: 'curl/8.5.0' });
    expect(body.secrets[0].preview).toBe('[REDACTED]');
    // Without members:read.
    expect(body.members).toEqual([]);
  });

  it.each([{ days: '0' }, { days: '32' }, { days: 'x' }])('refuses %j', async query => {
    expect((await impact(key.id, query)).body.error.details.errors[0].param).toBe('days');
  });

  it('is for those who may read the key', async () => {
    expectStatus(401, await scene.api.get(`/v1/projects/${project.id}/api-keys/${key.id}/impact`));
    expectStatus(404, await impact(key.id, {}, (await scene.stranger()).auth));
    expect(codeOf(await impact(key.id, {}, key.auth))).toEqual([403, 'permission_denied']);
    const { auth } = await scene.owner();
    const elsewhere = await scene.project();
    expectStatus(
      404,
      await scene.api.get(`/v1/projects/${elsewhere.id}/api-keys/${key.id}/impact`, { auth }),
    );
  });
});
