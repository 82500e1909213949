import { basic } from '../support/client.js';
import {
  addMember,
  addToOrganization,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

const REDACTED = '[REDACTED]';

let server: TestServer;
let owner: Person;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server, { phone: '+49 30 1234567' });
});
afterAll(() => server.stop());

/** A project of the owner's, with what the tests do to it. */
class Scene {
  private serial = 0;

  private constructor(readonly id: string) {}

  static async set(): Promise<Scene> {
    const body = { name: 'Weather', description: 'Rain and shine', country: 'DE', purpose: 'Forecasts' };
    return new Scene((await createProject(server, owner.auth, body)).id);
  }

  path(rest = ''): string {
    return `/v1/projects/${this.id}${rest}`;
  }

  async hide(attribute: string, ...hidden_from: string[]): Promise<{ id: string }> {
    const body = { attribute, hidden_from };
    const path = this.path('/attribute-visibility');
    return expectStatus(201, await server.api.post(path, body, { auth: owner.auth })).body;
  }

  async role(...permissions: string[]): Promise<string> {
    const body = { name: `Role ${++this.serial}`, permissions };
    return expectStatus(201, await server.api.post(this.path('/roles'), body, { auth: owner.auth })).body.id;
  }

  /** A script whose key holds a role. */
  async script(roleId: string): Promise<{ id: string; auth: string }> {
    const { api_key, secret } = await createKey(server, owner.auth, this.id, { role_id: roleId });
    return { id: api_key.id, auth: basic(secret) };
  }

  async get(rest: string, auth: string): Promise<any> {
    return expectStatus(200, await server.api.get(this.path(rest), { auth })).body;
  }
}

function expectError(answer: { status: number; body: any }, status: number, code: string) {
  expect({ status: answer.status, code: answer.body.error?.code }).toEqual({ status, code });
}

describe('the rules', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.set();
  });
  const rules = () => scene.path('/attribute-visibility');
  const latest = async (type: string) =>
    (await scene.get(`/events?limit=1&type=${type}`, owner.auth)).items[0];

  it('are made, listed, changed and deleted, each with its entry', async () => {
    const body = {
      attribute: 'api_key.last_used_ip',
      hidden_from: [ROLE_IDS.viewer, ROLE_IDS.member, ROLE_IDS.viewer],
    };
    const rule = expectStatus(201, await server.api.post(rules(), body, { auth: owner.auth })).body;
    expect(rule).toEqual({
      id: expect.stringMatching(/^avr_[0-9a-z]{26}$/),
      attribute: 'api_key.last_used_ip',
      hidden_from: [ROLE_IDS.member, ROLE_IDS.viewer],
      created_at: expect.stringMatching(/Z$/),
    });
    expect(await latest('visibility_rule.created')).toMatchObject({
      target: { type: 'visibility_rule', id: rule.id, name: 'api_key.last_used_ip' },
      changes: { hidden_from: { before: null, after: [ROLE_IDS.member, ROLE_IDS.viewer] } },
    });
    expect(await scene.get('/attribute-visibility', owner.auth)).toMatchObject({
      items: [rule],
      total_count: 1,
    });

    const path = `${rules()}/${rule.id}`;
    const changed = await server.api.patch(path, { hidden_from: [ROLE_IDS.viewer] }, { auth: owner.auth });
    expect(changed.body).toEqual({ ...rule, hidden_from: [ROLE_IDS.viewer] });
    expect((await server.api.get(path, { auth: owner.auth })).body).toEqual(changed.body);
    expect((await latest('visibility_rule.updated')).changes).toEqual({
      hidden_from: { before: [ROLE_IDS.member, ROLE_IDS.viewer], after: [ROLE_IDS.viewer] },
    });
    const found = await server.api.get(`/v1/lookup/${rule.id}`, { auth: owner.auth });
    expect(found.body).toMatchObject({ object: 'visibility_rule', project_id: scene.id });

    const deleted = await server.api.delete(path, undefined, { auth: owner.auth });
    expect(deleted).toMatchObject({ status: 200, body: { id: rule.id, deleted: true } });
    expect((await latest('visibility_rule.deleted')).target.id).toBe(rule.id);
    expectError(await server.api.get(path, { auth: owner.auth }), 404, 'not_found');
    expectError(await server.api.delete(path, undefined, { auth: owner.auth }), 404, 'not_found');
  });

  it('name an attribute once, also when many try at once', async () => {
    const body = { attribute: 'event.ip', hidden_from: [ROLE_IDS.viewer] };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.api.post(rules(), body, { auth: owner.auth })),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
    expectError(
      answers.find(answer => answer.status === 409)!,
      409,
      'visibility_rule_exists',
    );
    const other = await scene.hide('event.user_agent', ROLE_IDS.viewer);
    const path = `${rules()}/${other.id}`;
    const renamed = await server.api.patch(path, { attribute: 'event.ip' }, { auth: owner.auth });
    expectError(renamed, 409, 'visibility_rule_exists');
  });

  it.each([
    [{ attribute: 'nothing.at_all', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'api_key', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'api_key.id', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'api_key.name.first', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'project.name', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'role.permissions', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'issued_api_key.secret', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: `event.changes.${'x'.repeat(65)}`, hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'event.changes..x', hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'x'.repeat(201), hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
    [{ attribute: 'event.type', hidden_from: [] }, 'hidden_from'],
    [{ attribute: 'event.type', hidden_from: [ROLE_IDS.viewer, 'rol_unknown'] }, 'hidden_from.1'],
    [{ attribute: 'event.type', hidden_from: 'viewer' }, 'hidden_from'],
    [{ attribute: 'event.type', hidden_from: [ROLE_IDS.viewer], id: 'avr_1' }, 'id'],
    [{ hidden_from: [ROLE_IDS.viewer] }, 'attribute'],
  ])('refuse %j', async (body, param) => {
    const answer = await server.api.post(rules(), body, { auth: owner.auth });
    expectError(answer, 400, 'validation_failed');
    expect(answer.body.error.details.errors[0]).toMatchObject({ param, fix: expect.any(String) });
  });

  it('name parts of open records', async () => {
    await scene.hide('event.changes.allowed_ips', ROLE_IDS.viewer);
  });

  it('are for those who hold the permission, and of one project', async () => {
    const rule = await scene.hide('event.reason', ROLE_IDS.viewer);
    const stranger = await signUp(server);
    const own = await createProject(server, stranger.auth);
    const viewer = await scene.script(ROLE_IDS.viewer);
    const reader = await scene.script(await scene.role('visibility:read'));
    const calls = (base: string) =>
      [
        ['GET', base],
        ['GET', `${base}/attributes`],
        ['GET', `${base}/${rule.id}`],
        ['POST', base, { attribute: 'event.type', hidden_from: [ROLE_IDS.viewer] }],
        ['PATCH', `${base}/${rule.id}`, { hidden_from: [ROLE_IDS.member] }],
        ['DELETE', `${base}/${rule.id}`],
      ] as const;
    for (const [method, path, body] of calls(rules())) {
      expectError(await server.api.request(method, path, body), 401, 'missing_api_key');
      expectError(await server.api.request(method, path, body, { auth: stranger.auth }), 404, 'not_found');
      expectError(
        await server.api.request(method, path, body, { auth: viewer.auth }),
        403,
        'permission_denied',
      );
      const read = await server.api.request(method, path, body, { auth: reader.auth });
      expect(read.status).toBe(method === 'GET' ? 200 : 403);
    }
    for (const [method, path, body] of calls(`/v1/projects/${own.id}/attribute-visibility`)) {
      if (path.includes(rule.id)) {
        expectError(await server.api.request(method, path, body, { auth: stranger.auth }), 404, 'not_found');
      }
    }
    const foreign = await scene.role('project:read');
    const body = { attribute: 'event.type', hidden_from: [foreign] };
    const path = `/v1/projects/${own.id}/attribute-visibility`;
    expectError(await server.api.post(path, body, { auth: stranger.auth }), 400, 'validation_failed');
  });

  it('no longer name a role that is deleted, also at the same time', async () => {
    const role = await scene.role('project:read');
    const rule = await scene.hide('event.category', role, ROLE_IDS.viewer);
    const [deleted, made] = await Promise.all([
      server.api.delete(scene.path(`/roles/${role}`), undefined, { auth: owner.auth }),
      server.api.post(rules(), { attribute: 'event.outcome', hidden_from: [role] }, { auth: owner.auth }),
    ]);
    expect(deleted.status).toBe(200);
    expect([201, 400]).toContain(made.status);
    const { items } = await scene.get('/attribute-visibility?limit=100', owner.auth);
    expect(items.find((item: any) => item.id === rule.id).hidden_from).toEqual([ROLE_IDS.viewer]);
    expect(JSON.stringify(items)).not.toContain(role);
    expect((await latest('role.deleted')).effects).toContainEqual(
      expect.objectContaining({ type: 'visibility_rule.updated' }),
    );
  });
});

describe('what is hidden from a role', () => {
  let scene: Scene;
  let reader: { id: string; auth: string };
  let role: string;

  beforeAll(async () => {
    scene = await Scene.set();
    role = await scene.role(
      ...['project:read', 'settings:read', 'settings:write', 'api_keys:read', 'api_keys:write'],
      ...['audit:read', 'members:read', 'visibility:read', 'roles:read'],
    );
    reader = await scene.script(role);
    await server.api.get('/v1/whoami', { auth: reader.auth });
    for (const attribute of [
      ...[
        'project.description',
        'project.verified_at',
        'project.billing_owner_email',
        'member.email',
        'project.owner.phone',
      ],
      ...['api_key.last_used_ip', 'api_key.allowed_ips', 'api_key.preview', 'event.ip'],
    ]) {
      await scene.hide(attribute, role);
    }
  });

  it('is replaced in the record of the project, wherever it stands there', async () => {
    const record = await scene.get('', reader.auth);
    expect(record).toMatchObject({
      project: { id: scene.id, name: 'Weather', description: REDACTED, country: 'DE', verified_at: REDACTED },
      owner: { id: owner.user.id, email: REDACTED, phone: REDACTED, first_name: 'Ada' },
      verification: { verified: false, verified_at: REDACTED },
    });
    expect(record.project.owner).toMatchObject({ email: REDACTED, name: 'Ada Lovelace' });
    expect(JSON.stringify(record)).not.toMatch(/Rain and shine|@people|1234567/);
    expect((await scene.get('', owner.auth)).project.description).toBe('Rain and shine');
  });

  it('is replaced in lists', async () => {
    const { items } = (await server.api.get('/v1/projects', { auth: reader.auth })).body;
    expect(items).toMatchObject([{ id: scene.id, description: REDACTED, owner: { email: REDACTED } }]);
    const keys = (await scene.get('/api-keys', reader.auth)).items;
    expect(keys[0]).toMatchObject({ last_used_ip: REDACTED, allowed_ips: REDACTED, preview: REDACTED });
    expect(keys[0].name).toBe('Script');
  });

  it('is replaced in the settings, also where they say what an action would change', async () => {
    const settings = await scene.get('/settings', reader.auth);
    expect(settings).toMatchObject({ name: 'Weather', description: REDACTED, billing_owner_email: REDACTED });
    expect(settings.actions).toContainEqual(
      expect.objectContaining({ action: 'edit description', value: REDACTED, available: true }),
    );
    expect(JSON.stringify(settings)).not.toContain('Rain and shine');
    const path = scene.path('/settings');
    const asked = await server.api.patch(path, { description: 'Fog' }, { auth: reader.auth });
    expectError(asked, 428, 'confirmation_required');
    expect(asked.body.error.details).toMatchObject({ from: { description: REDACTED } });
    expect(JSON.stringify(asked.body)).not.toContain('Rain and shine');
  });

  it('is replaced in what mutations answer, repeated ones too', async () => {
    const body = { name: 'New', role_id: role, allowed_ips: ['192.0.2.77'] };
    const send = () =>
      server.api.post(scene.path('/api-keys'), body, {
        auth: reader.auth,
        headers: { 'idempotency-key': 'issue-1' },
      });
    const first = expectStatus(201, await send());
    expect(first.body).toMatchObject({
      api_key: { allowed_ips: REDACTED, preview: REDACTED },
      secret: expect.stringMatching(/^bw_test_/),
    });
    const second = expectStatus(201, await send());
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body.api_key).toMatchObject({ id: first.body.api_key.id, allowed_ips: REDACTED });
    const path = scene.path(`/api-keys/${first.body.api_key.id}`);
    const renamed = await server.api.patch(path, { name: 'Newer' }, { auth: reader.auth });
    expect(renamed.body).toMatchObject({ name: 'Newer', allowed_ips: REDACTED });
    for (const answer of [first, second, renamed])
      expect(JSON.stringify(answer.body)).not.toContain('192.0.2.77');
  });

  it('is replaced in the event log: in diffs, names and entries of its own', async () => {
    const path = scene.path('/settings');
    const edit = { description: 'Hail and thunder', purpose: 'Warnings', confirm: true };
    expectStatus(200, await server.api.patch(path, edit, { auth: owner.auth }));
    const keyBody = { name: 'Listed', allowed_ips: ['192.0.2.99'] };
    const { api_key } = await createKey(server, owner.auth, scene.id, keyBody);
    const { items } = await scene.get('/events?limit=100', reader.auth);
    const updated = items.find((item: any) => item.type === 'project.updated');
    expect(updated.changes).toEqual({
      description: { before: REDACTED, after: REDACTED },
      purpose: { before: 'Forecasts', after: 'Warnings' },
    });
    expect(updated).toMatchObject({ ip: REDACTED, actor: { id: owner.user.id, name: REDACTED } });
    const created = items.find((item: any) => item.target.id === api_key.id);
    expect(created.changes).toMatchObject({ name: { after: 'Listed' }, allowed_ips: { after: REDACTED } });
    // Made of the owner's address.
    const first = items.find((item: any) => item.type === 'project.created');
    expect(first.changes).toMatchObject({ owner: { after: REDACTED }, country: { after: 'DE' } });
    expect(JSON.stringify(items)).not.toMatch(/Hail|192\.0\.2|@people|127\.0\.0\.1/);
    expect(await scene.get(`/events/${updated.id}`, reader.auth)).toEqual(updated);
    const seen = await scene.get(`/events/${updated.id}`, owner.auth);
    expect(seen).toMatchObject({ changes: { description: { after: 'Hail and thunder' } }, ip: '127.0.0.1' });
  });

  it('is replaced in explanations', async () => {
    const { api_key } = await createKey(server, owner.auth, scene.id, { allowed_ips: ['192.0.2.5'] });
    const path = scene.path(`/api-keys/${api_key.id}/explain`);
    const answer = expectStatus(200, await server.api.post(path, { ip: '192.0.2.6' }, { auth: reader.auth }));
    const step = answer.body.steps.find((one: any) => one.check === 'ip_allowed');
    expect(step).toEqual({ check: 'ip_allowed', passed: REDACTED, reason: REDACTED, fix: REDACTED });
  });

  it('cannot be written over by what stands for it', async () => {
    const path = scene.path('/settings');
    const body = { description: REDACTED, confirm: true };
    const answer = await server.api.patch(path, body, { auth: reader.auth });
    expectError(answer, 400, 'validation_failed');
    expect(answer.body.error.param).toBe('description');
    expectStatus(200, await server.api.patch(path, { ...body, description: 'New' }, { auth: reader.auth }));
  });

  it.each(['q=Listed', 'q=%5BREDACTED%5D'])('cannot be searched for: events?%s', async query => {
    const answer = await server.api.get(scene.path(`/events?${query}`), { auth: reader.auth });
    expectError(answer, 403, 'attribute_hidden');
    expect(answer.body.error.param).toBe('q');
    expectStatus(200, await server.api.get(scene.path(`/events?${query}`), { auth: owner.auth }));
  });

  it('cannot be filtered by', async () => {
    const other = await Scene.set();
    const auditor = await other.role('audit:read');
    const script = await other.script(auditor);
    for (const attribute of ['event.type', 'event.outcome', 'event.created_at'])
      await other.hide(attribute, auditor);
    for (const query of [
      'type=api_key.*',
      'outcome=success',
      'from=2026-01-01T00:00:00.000Z',
      'to=2036-01-01T00:00:00.000Z',
      // Searches types too.
      'q=key',
    ]) {
      const answer = await server.api.get(other.path(`/events?${query}`), { auth: script.auth });
      expectError(answer, 403, 'attribute_hidden');
      expectStatus(200, await server.api.get(other.path(`/events?${query}`), { auth: owner.auth }));
    }
    for (const query of ['limit=1', 'actor_id=usr_1', `target_id=${other.id}`]) {
      expectStatus(200, await server.api.get(other.path(`/events?${query}`), { auth: script.auth }));
    }
  });

  it('is replaced in request logs and usage, and cannot be filtered by there', async () => {
    const other = await Scene.set();
    const watcher = await other.script(await other.role('usage:read', 'usage:write'));
    const [, , , custom] = (await other.get('/roles', owner.auth)).items;
    for (const field of ['ip', 'status', 'route']) await other.hide(`request_log.${field}`, custom.id);
    await server.api.get('/v1/whoami', { auth: watcher.auth });
    const line = await waitFor('the request in the log', async () => {
      const { items } = await other.get('/request-logs', watcher.auth);
      return items.at(-1);
    });
    expect(line).toMatchObject({ ip: REDACTED, status: REDACTED, route: REDACTED, method: 'GET' });
    for (const query of ['status=200', 'status=2xx', 'route=/v1/whoami']) {
      const answer = await server.api.get(other.path(`/request-logs?${query}`), { auth: watcher.auth });
      expectError(answer, 403, 'attribute_hidden');
      expectStatus(200, await server.api.get(other.path(`/request-logs?${query}`), { auth: owner.auth }));
    }
    expectStatus(200, await server.api.get(other.path('/request-logs?method=GET'), { auth: watcher.auth }));
    const usage = await other.get('/usage?group_by=route', watcher.auth);
    expect(JSON.stringify(usage)).not.toContain('/v1/');
  });

  it('is hidden from those who look things up by their id', async () => {
    const other = await Scene.set();
    const script = await other.script(await other.role('api_keys:read'));
    const look = async () =>
      (await server.api.get(`/v1/lookup/${script.id}`, { auth: script.auth })).body.name;
    expect(await look()).toBe('Script');
    const [, , , custom] = (await other.get('/roles', owner.auth)).items;
    await other.hide('api_key.name', custom.id);
    expect(await look()).toBe(REDACTED);
  });

  it('can be everything of a field, or a part of it', async () => {
    const other = await Scene.set();
    const whole = await other.script(ROLE_IDS.viewer);
    const part = await other.script(ROLE_IDS.member);
    await other.hide('project.owner', ROLE_IDS.viewer);
    await other.hide('project.owner.name', ROLE_IDS.member);
    expect((await other.get('', whole.auth)).owner).toBe(REDACTED);
    expect((await other.get('', part.auth)).owner).toMatchObject({ name: REDACTED, email: owner.user.email });
  });

  it('changes with the rule, from the next request on', async () => {
    const other = await Scene.set();
    const script = await other.script(ROLE_IDS.viewer);
    const description = async () => (await other.get('', script.auth)).project.description;
    expect(await description()).toBe('Rain and shine');
    const rule = await other.hide('project.description', ROLE_IDS.member);
    expect(await description()).toBe('Rain and shine');
    const path = other.path(`/attribute-visibility/${rule.id}`);
    await server.api.patch(path, { hidden_from: [ROLE_IDS.viewer] }, { auth: owner.auth });
    expect(await description()).toBe(REDACTED);
    await server.api.patch(path, { attribute: 'project.purpose' }, { auth: owner.auth });
    expect(await description()).toBe('Rain and shine');
    await server.api.patch(path, { attribute: 'project.description' }, { auth: owner.auth });
    expect(await description()).toBe(REDACTED);
    await server.api.delete(path, undefined, { auth: owner.auth });
    expect(await description()).toBe('Rain and shine');
  });
});

describe('who sees everything', () => {
  it('the owner and platform admins, also when a rule names administrators', async () => {
    const scene = await Scene.set();
    await scene.hide('project.description', ROLE_IDS.administrator, ROLE_IDS.member, ROLE_IDS.viewer);
    const administrator = await scene.script(ROLE_IDS.administrator);
    expect((await scene.get('', administrator.auth)).project.description).toBe(REDACTED);
    expect((await scene.get('', owner.auth)).project.description).toBe('Rain and shine');
    expect((await scene.get('', (await admin(server)).auth)).project.description).toBe('Rain and shine');
  });

  it('a key of the owner no more than its role', async () => {
    const scene = await Scene.set();
    await scene.hide('project.description', ROLE_IDS.viewer);
    await scene.hide('project.purpose', ROLE_IDS.administrator);
    const { secret } = await createKey(server, owner.auth, scene.id, {
      member: true,
      role_id: ROLE_IDS.viewer,
    });
    const { project } = await scene.get('', basic(secret));
    // The key's own role, and that of the member it belongs to.
    expect(project).toMatchObject({ description: REDACTED, purpose: REDACTED, country: 'DE' });
  });
});

describe('people', () => {
  let scene: Scene;
  let viewer: Person;

  beforeAll(async () => {
    scene = await Scene.set();
    viewer = await signUp(server);
    await addMember(server, scene.id, viewer, 'viewer');
    await scene.hide('project.description', ROLE_IDS.viewer);
    await scene.hide('member.email', ROLE_IDS.viewer);
  });

  it('see in each project what their role there may see', async () => {
    const own = await createProject(server, viewer.auth, { name: 'Own', description: 'Mine' });
    const open = await Scene.set();
    await addMember(server, open.id, viewer, 'member');
    await open.hide('project.description', ROLE_IDS.viewer);
    const { items } = (await server.api.get('/v1/projects', { auth: viewer.auth })).body;
    const shown = Object.fromEntries(
      items.map((item: any) => [item.id, [item.description, item.owner.email]]),
    );
    expect(shown).toEqual({
      [own.id]: ['Mine', viewer.user.email],
      [open.id]: ['Rain and shine', owner.user.email],
      [scene.id]: [REDACTED, REDACTED],
    });
    expect((await scene.get('', viewer.auth)).project).toMatchObject({ description: REDACTED });
    expect((await open.get('', viewer.auth)).project).toMatchObject({ description: 'Rain and shine' });
  });

  it('see the team without what is hidden of it, and cannot search for it', async () => {
    const path = scene.path('/members');
    const { items } = expectStatus(200, await server.api.get(path, { auth: viewer.auth })).body;
    expect(items.map((item: any) => [item.email, item.name])).toEqual([
      [REDACTED, 'Ada Lovelace'],
      [REDACTED, 'Ada Lovelace'],
    ]);
    const search = { auth: viewer.auth, query: { q: 'ada' } };
    expectError(await server.api.get(path, search), 403, 'attribute_hidden');
    expectStatus(200, await server.api.get(path, { ...search, auth: owner.auth }));
    expectStatus(200, await server.api.get(path, { auth: viewer.auth, query: { status: 'active' } }));
    const rule = await scene.hide('member.status', ROLE_IDS.viewer);
    const filtered = await server.api.get(path, { auth: viewer.auth, query: { status: 'active' } });
    expectError(filtered, 403, 'attribute_hidden');
    const last = await scene.hide('member.last_sign_in', ROLE_IDS.viewer);
    const seen = (await server.api.get(path, { auth: viewer.auth })).body.items[0];
    expect(seen).toMatchObject({ status: REDACTED, last_sign_in: REDACTED, role: { name: 'viewer' } });
    for (const { id } of [rule, last]) {
      await server.api.delete(scene.path(`/attribute-visibility/${id}`), undefined, { auth: owner.auth });
    }
  });

  it('see no address of those invited where members’ addresses are hidden', async () => {
    const role = await scene.role('members:write', 'members:read', 'audit:read');
    const recruiter = await scene.script(role);
    await scene.hide('invitation.expires_at', role);
    const { items: rules } = await scene.get('/attribute-visibility', owner.auth);
    const emails = rules.find((one: any) => one.attribute === 'member.email');
    const path = scene.path(`/attribute-visibility/${emails.id}`);
    await server.api.patch(path, { hidden_from: [ROLE_IDS.viewer, role] }, { auth: owner.auth });
    const body = { email: 'grace@invited.example', role_id: role };
    const invited = await server.api.post(scene.path('/invitations'), body, { auth: recruiter.auth });
    expectStatus(201, invited);
    const list = await scene.get('/invitations', recruiter.auth);
    const team = await scene.get('/members', recruiter.auth);
    const events = await scene.get('/events?limit=100', recruiter.auth);
    expect(invited.body).toMatchObject({ email: REDACTED, expires_at: REDACTED });
    expect(list.items[0]).toMatchObject({ id: invited.body.id, email: REDACTED });
    expect(team.items[0]).toMatchObject({ id: invited.body.id, email: REDACTED, status: 'invited' });
    expect(events.items.map((event: any) => event.type)).toContain('member.invited');
    for (const answer of [invited.body, list, team, events]) {
      expect(JSON.stringify(answer)).not.toMatch(/@invited|@people/);
    }
    expect(JSON.stringify(await scene.get('/events', owner.auth))).toContain('grace@invited.example');
    // Whoever may not see it may not give it to others to see either.
    const foreign = { email: 'other@invited.example', role_id: ROLE_IDS.viewer };
    const refused = await server.api.post(scene.path('/invitations'), foreign, { auth: recruiter.auth });
    expectError(refused, 403, 'permission_escalation');
  });

  it('see everything as admins of the organization, whatever they are in the team', async () => {
    const chief = await signUp(server);
    await addMember(server, scene.id, chief, 'viewer');
    const { organization_id } = (await scene.get('', owner.auth)).project;
    const seen = async () => [
      (await scene.get('', chief.auth)).project.description,
      (await server.api.get('/v1/projects', { auth: chief.auth })).body.items[0].description,
    ];
    expect(await seen()).toEqual([REDACTED, REDACTED]);
    await addToOrganization(server, organization_id, chief, 'admin');
    expect(await seen()).toEqual(['Rain and shine', 'Rain and shine']);
  });

  it('may not see more through a key of their own', async () => {
    const { api_key, secret } = await createKey(server, viewer.auth, scene.id, { member: true });
    expect(api_key.role.id).toBe(ROLE_IDS.viewer);
    expect((await scene.get('', basic(secret))).project.description).toBe(REDACTED);
    // Whose role changes, their key's sight changes with it.
    const role = await scene.role('project:read', 'members:read');
    await scene.hide('project.purpose', role);
    const other = await signUp(server);
    await addMember(server, scene.id, other, role);
    const key = await createKey(server, other.auth, scene.id, { member: true });
    expect((await scene.get('', basic(key.secret))).project.purpose).toBe(REDACTED);
  });

  it('hold the same role as keys: deleting it makes both viewers', async () => {
    const role = await scene.role('project:read', 'audit:read');
    const reader = await signUp(server);
    await addMember(server, scene.id, reader, role);
    await scene.script(role);
    expect((await scene.get('', reader.auth)).project.description).toBe('Rain and shine');
    expectStatus(200, await server.api.delete(scene.path(`/roles/${role}`), undefined, { auth: owner.auth }));
    expect((await scene.get('', reader.auth)).project.description).toBe(REDACTED);
    const { items } = await scene.get('/events?type=role.deleted&limit=1', owner.auth);
    expect(items[0].effects.map((effect: any) => [effect.type, effect.target.name])).toEqual([
      ['member.role_changed', '1 members'],
      ['api_key.updated', '1 keys'],
    ]);
  });
});

describe('nobody brings to light what is hidden from them', () => {
  let scene: Scene;
  let script: { auth: string };
  let rule: { id: string };
  let role: string;

  beforeAll(async () => {
    scene = await Scene.set();
    role = await scene.role(
      ...['project:read', 'visibility:read', 'visibility:write', 'api_keys:write', 'api_keys:read'],
      ...[
        'roles:read',
        'roles:write',
        'members:read',
        'media:read',
        'usage:read',
        'customers:read',
        'billing:read',
      ],
    );
    script = await scene.script(role);
    rule = await scene.hide('project.description', role, ROLE_IDS.member);
  });

  it('by changing the rule', async () => {
    const path = scene.path(`/attribute-visibility/${rule.id}`);
    const { auth } = script;
    for (const body of [
      { hidden_from: [ROLE_IDS.member] },
      { hidden_from: [role] },
      { attribute: 'project.purpose' },
    ]) {
      expectError(await server.api.patch(path, body, { auth }), 403, 'permission_escalation');
    }
    expectError(await server.api.delete(path, undefined, { auth }), 403, 'permission_escalation');
    expectStatus(
      200,
      await server.api.patch(
        path,
        { hidden_from: [role, ROLE_IDS.member, ROLE_IDS.administrator] },
        { auth },
      ),
    );
  });

  it('by a key with a role that sees more', async () => {
    const { auth } = script;
    const keys = scene.path('/api-keys');
    const answer = await server.api.post(keys, { name: 'Spy', role_id: ROLE_IDS.viewer }, { auth });
    expectError(answer, 403, 'permission_escalation');
    expect(answer.body.error.details).toEqual({ hidden_from_you: ['project.description'] });
    const { api_key } = await createKey(server, owner.auth, scene.id, { role_id: ROLE_IDS.viewer });
    const regenerated = await server.api.post(`${keys}/${api_key.id}/regenerate`, {}, { auth });
    expectError(regenerated, 403, 'permission_escalation');
    const created = expectStatus(
      201,
      await server.api.post(scene.path('/roles'), { name: 'Fresh', permissions: [] }, { auth }),
    );
    const fresh = await server.api.post(keys, { name: 'Spy', role_id: created.body.id }, { auth });
    expectError(fresh, 403, 'permission_escalation');
    expectStatus(201, await server.api.post(keys, { name: 'Same', role_id: role }, { auth }));
  });

  it('by having their role deleted', async () => {
    const path = scene.path(`/roles/${role}`);
    const answer = await server.api.delete(path, undefined, { auth: script.auth });
    expectError(answer, 403, 'permission_escalation');
    expect((await scene.get('', script.auth)).project.description).toBe(REDACTED);
  });
});

describe('the list of attributes', () => {
  /** What cannot be hidden, property by property: whoever adds one to this list says why it may always be seen. */
  const STRUCTURAL = new Set([
    ...['project.name', 'project.status', 'project.environment'],
    ...['issued_api_key.secret', 'issued_webhook_endpoint.secret'],
    // Beside the list, not of one file; it hides with `media.size`.
    'media_page.total_size',
  ]);
  /** What only the files of reports show. */
  const IN_EXPORTS = new Set(['event.hash', 'event.previous_hash', 'usage.series.method']);
  const ALWAYS =
    /(^|[._])id$|\.(object|deleted|counts)(\.|$)|\.(items|total_count(_is_minimum)?|has_more|next_cursor)$/;
  /** What one is, what one may do, what it would do, the rules themselves, and what proves that the log was not changed. */
  const RESOURCES =
    /^(who_am_i|lookup|role|dry_run|visibility_rule|visibility_attribute_list|permission_list|checkpoint|log_verification|project\.actions)(\.|$)/;

  it('has every property of every answer a role admits to, or the property is structural', async () => {
    const scene = await Scene.set();
    const { items } = await scene.get('/attribute-visibility/attributes', owner.auth);
    const listed = new Set<string>(items.map((item: any) => item.attribute));
    expect(listed).toContain('api_key.last_used_ip');
    expect(listed).toContain('member.email');
    const document = (await server.api.get('/docs/openapi.json')).body;
    const shown = attributesIn(document);
    expect(shown.size).toBeGreaterThan(60);
    const missing = [...shown].filter(
      name => !listed.has(name) && !STRUCTURAL.has(name) && !ALWAYS.test(name) && !RESOURCES.test(name),
    );
    expect(missing).toEqual([]);
    expect([...listed].filter(name => !shown.has(name) && !IN_EXPORTS.has(name))).toEqual([]);
  });

  /** The document's own account of what answers show, by attribute name. */
  function attributesIn(document: any): Set<string> {
    const names = new Set<string>();
    const seen = new Set<string>();
    for (const [path, item] of Object.entries<any>(document.paths)) {
      // Documented without a description: it has two paths.
      if (/health/.test(path)) continue;
      for (const operation of Object.values<any>(item)) {
        if (/Open to anybody|For signed-in people\.|For platform admins/.test(operation.description))
          continue;
        for (const [status, response] of Object.entries<any>(operation.responses)) {
          if (/^2/.test(status)) read(response.content?.['application/json']?.schema, []);
        }
      }
    }
    return names;

    function read(schema: any, at: string[]): void {
      if (!schema || typeof schema !== 'object') return;
      const id = /^#\/components\/schemas\/(.+)$/.exec(schema.$ref ?? '')?.[1];
      if (id) {
        if (seen.has(id)) return;
        seen.add(id);
        const target = document.components.schemas[id];
        read(target, [target['x-resource'] ?? snakeCase(id)]);
        return;
      }
      const own = schema['x-resource'] ? [schema['x-resource']] : at;
      for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])])
        read(part, own);
      read(schema.items, own);
      read(schema.additionalProperties, own);
      for (const [property, inner] of Object.entries<any>(schema.properties ?? {})) {
        const below = own.map(name => `${name}.${property}`);
        if (inner['x-also-attribute']) below.push(inner['x-also-attribute']);
        if (!isResource(inner)) below.forEach(name => names.add(name));
        read(inner, below);
      }
    }

    function isResource(schema: any): boolean {
      if (schema.items) return isResource(schema.items);
      const parts = (schema.anyOf ?? schema.oneOf)?.filter((part: any) => part.type !== 'null');
      if (parts) return parts.every(isResource);
      return schema.$ref !== undefined || schema['x-resource'] !== undefined;
    }

    function snakeCase(id: string): string {
      return id.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
    }
  }
});
