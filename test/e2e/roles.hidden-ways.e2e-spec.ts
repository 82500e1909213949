import { KEY_CHECKS } from '../../src/modules/api-keys/key-decision.js';
import { basic } from '../support/client.js';
import { createKey, createProject, expectStatus, type Person, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

const VIEWER = 'rol_00000000000000000000000003';
const REDACTED = '[REDACTED]';

let server: TestServer;
let owner: Person;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
});
afterAll(() => server.stop());

/** A project with a script whose role sees nothing of some attributes. */
class Scene {
  private constructor(
    readonly id: string,
    readonly role: string,
    readonly script: { id: string; auth: string },
  ) {}

  static async hiding(attributes: string[], permissions: string[]): Promise<Scene> {
    const { id } = await createProject(server, owner.auth, { name: 'Weather' });
    const body = { name: 'Narrow', permissions };
    const made = await server.api.post(`/v1/projects/${id}/roles`, body, { auth: owner.auth });
    const role = expectStatus(201, made).body.id;
    const { api_key, secret } = await createKey(server, owner.auth, id, { role_id: role });
    const scene = new Scene(id, role, { id: api_key.id, auth: basic(secret) });
    for (const attribute of attributes)
      await scene.make('/attribute-visibility', { attribute, hidden_from: [role] });
    return scene;
  }

  path(rest = ''): string {
    return `/v1/projects/${this.id}${rest}`;
  }

  async make(rest: string, body: object): Promise<any> {
    return expectStatus(201, await server.api.post(this.path(rest), body, { auth: owner.auth })).body;
  }

  async get(rest: string, auth = this.script.auth): Promise<any> {
    return expectStatus(200, await server.api.get(this.path(rest), { auth })).body;
  }

  /** What an id stands for, to the script and to the owner. */
  async lookUp(id: string): Promise<string[]> {
    const names = [];
    for (const { auth } of [this.script, owner])
      names.push(expectStatus(200, await server.api.get(`/v1/lookup/${id}`, { auth })).body.name);
    return names;
  }

  /** The attribute for which the script may not ask so; the owner may. */
  async refused(rest: string): Promise<string> {
    expectStatus(200, await server.api.get(this.path(rest), { auth: owner.auth }));
    const { body } = expectStatus(403, await server.api.get(this.path(rest), { auth: this.script.auth }));
    expect(body.error.code).toBe('attribute_hidden');
    return body.error.details.attribute;
  }
}

describe('what names are made of is hidden with them', () => {
  const threshold = { metric: 'error_rate', operator: '>', value: 37, window: '1h', channels: ['email'] };

  it.each(['metric', 'operator', 'value'])('%s of thresholds in the event log', async field => {
    const attribute = `alert_threshold.${field}`;
    const scene = await Scene.hiding([attribute], ['audit:read', 'alerts:read']);
    const { id } = await scene.make('/alert-thresholds', threshold);
    const entries = async (auth?: string) =>
      (await scene.get('/events?type=alert_threshold.created', auth)).items;
    expect((await entries(owner.auth))[0].target).toMatchObject({ id, name: 'error_rate > 37' });
    const [entry] = await entries();
    expect(entry.target).toEqual({ type: 'alert_threshold', id, name: REDACTED });
    expect(entry.changes[field]).toEqual({ before: REDACTED, after: REDACTED });
    expect(await scene.refused('/events?q=error_rate')).toBe(attribute);
    const seen = field === 'metric' ? REDACTED : 'error_rate';
    expect(await scene.lookUp(id)).toEqual([seen, 'error_rate']);
  });

  it('which other attributes do not hide', async () => {
    const scene = await Scene.hiding(
      ['alert_threshold.window', 'project.description'],
      ['audit:read', 'alerts:read'],
    );
    const { id } = await scene.make('/alert-thresholds', threshold);
    const { items } = await scene.get('/events?q=error_rate');
    expect(items.map((item: any) => item.target)).toEqual([
      { type: 'alert_threshold', id, name: 'error_rate > 37' },
    ]);
    expect(items[0].actor.name).toBe('Ada Lovelace');
  });

  it('routes of logged requests', async () => {
    const scene = await Scene.hiding(['request_log.route'], ['usage:read', 'usage:write', 'audit:read']);
    await server.api.get('/v1/whoami', { auth: scene.script.auth });
    const line = await waitFor('the request in the log', async () => {
      const { items } = await scene.get('/request-logs', owner.auth);
      return items.find((item: any) => item.route === '/v1/whoami');
    });
    expect(await scene.lookUp(line.id)).toEqual([REDACTED, 'GET /v1/whoami']);
  });

  it('routes of refused requests, which stand for an id', async () => {
    const scene = await Scene.hiding(['request_log.route'], ['audit:read']);
    expectStatus(403, await server.api.get(scene.path('/members'), { auth: scene.script.auth }));
    const entry = async (auth?: string) => (await scene.get('/events?type=access.denied', auth)).items[0];
    const { target } = await entry(owner.auth);
    expect(target).toEqual({ type: 'route', id: 'GET /v1/projects/:id/members', name: null });
    expect((await entry()).target).toEqual({ type: 'route', id: REDACTED, name: null });
    const query = `target_id=${encodeURIComponent(target.id)}`;
    expect(await scene.refused(`/events?${query}`)).toBe('request_log.route');
    expect(await scene.refused(`/events?q=${encodeURIComponent(target.id)}`)).toBe('request_log.route');
    await scene.get(`/events?target_id=${scene.script.id}`);
  });

  it('types of events', async () => {
    const scene = await Scene.hiding(['event.type'], ['audit:read']);
    const [event] = (await scene.get('/events?limit=1', owner.auth)).items;
    expect(await scene.lookUp(event.id)).toEqual([REDACTED, event.type]);
    expect(await scene.refused('/events?q=visibility_rule')).toBe('event.type');
  });

  it('targets of events, which are not to be asked for by id either', async () => {
    const scene = await Scene.hiding(['event.target', 'event.actor'], ['audit:read']);
    expect(await scene.refused(`/events?target_id=${scene.script.id}`)).toBe('event.target.id');
    expect(await scene.refused(`/events?actor_id=${owner.user.id}`)).toBe('event.actor.id');
  });

  it('addresses of the invited', async () => {
    const scene = await Scene.hiding(['member.email'], ['members:read', 'audit:read']);
    const { id } = await scene.make('/invitations', { email: 'grace@invited.example' });
    expect(await scene.lookUp(id)).toEqual([REDACTED, 'grace@invited.example']);
    expect(await scene.refused('/events?q=grace')).toBe('member.email');
  });
});

describe('what is hidden of members', () => {
  it('is not told by whom a project would be given away from and to', async () => {
    const permissions = ['project:read', 'settings:read', 'settings:write', 'members:read'];
    const scene = await Scene.hiding(['member.email'], permissions);
    const settings = await scene.get('/settings');
    const transfer = (shown: any) =>
      shown.actions.find((one: any) => one.action === 'transfer-ownership').value;
    expect(transfer(settings)).toBe(REDACTED);
    expect(JSON.stringify(settings)).not.toContain(owner.user.email);
    expect(transfer(await scene.get('/settings', owner.auth))).toBe(owner.user.email);
  });

  it('is hidden of the invited: their role', async () => {
    const scene = await Scene.hiding(['member.role'], ['members:read', 'members:write', 'audit:read']);
    const { id } = await scene.make('/invitations', { email: 'alan@invited.example', role_id: VIEWER });
    for (const auth of [owner.auth, scene.script.auth]) {
      const role = auth === owner.auth ? { id: VIEWER, name: 'viewer' } : REDACTED;
      expect((await scene.get('/invitations', auth)).items[0]).toMatchObject({ id, role });
      const team = (await scene.get('/members', auth)).items;
      expect(team.find((one: any) => one.id === id).role).toEqual(role);
      const [event] = (await scene.get('/events?type=member.invited', auth)).items;
      const after = auth === owner.auth ? 'viewer' : REDACTED;
      expect(event.changes.role).toMatchObject({ after });
    }
  });
});

describe('what is hidden of keys', () => {
  it('is named, check by check, as rules name it', async () => {
    const scene = await Scene.hiding([], ['visibility:read']);
    const { items } = await scene.get('/attribute-visibility/attributes');
    const known = items.map((item: any) => item.attribute);
    expect(known).toEqual(expect.arrayContaining(KEY_CHECKS.flatMap(({ tells }) => [...tells])));
  });

  it('is hidden from gateways that verify them: their role', async () => {
    const scene = await Scene.hiding(['api_key.role'], ['api_keys:verify']);
    const { secret } = await createKey(server, owner.auth, scene.id, { role_id: VIEWER });
    const verify = async (auth: string) =>
      expectStatus(200, await server.api.post('/v1/api-keys/verify', { key: secret }, { auth })).body;
    expect(await verify(scene.script.auth)).toMatchObject({
      valid: true,
      role: REDACTED,
      permissions: REDACTED,
    });
    const other = await scene.make('/roles', { name: 'Wide', permissions: ['api_keys:verify'] });
    const gateway = await createKey(server, owner.auth, scene.id, { role_id: other.id });
    expect((await verify(basic(gateway.secret))).role).toEqual({ id: VIEWER, name: 'viewer' });
  });

  it.each([
    ['allowed_ips', 'ip_allowed', { allowed_ips: ['192.0.2.5'] }, { ip: '192.0.2.5' }, { ip: '192.0.2.6' }],
    [
      'allowed_domains',
      'domain_allowed',
      { allowed_domains: ['example.com'] },
      { origin: 'https://example.com' },
      { origin: 'https://example.org' },
    ],
    [
      'role',
      'permission_held',
      { role_id: VIEWER },
      { permission: 'project:read' },
      { permission: 'roles:write' },
    ],
  ])('is not told by explanations: %s', async (field, check, body, good, bad) => {
    const scene = await Scene.hiding([`api_key.${field}`], ['api_keys:read', 'api_keys:write']);
    const { api_key } = await createKey(server, owner.auth, scene.id, body);
    const explain = async (request: object, auth = scene.script.auth) =>
      expectStatus(
        200,
        await server.api.post(scene.path(`/api-keys/${api_key.id}/explain`), request, { auth }),
      ).body;
    const [passes, fails] = [await explain(good), await explain(bad)];
    expect(passes).toEqual(fails);
    expect(passes.allowed).toBe(REDACTED);
    const step = passes.steps.find((one: any) => one.check === check);
    expect(step).toEqual({ check, passed: REDACTED, reason: REDACTED, fix: REDACTED });
    expect((await explain(good, owner.auth)).allowed).toBe(true);
    expect((await explain(bad, owner.auth)).allowed).toBe(false);
    // What fails for another reason is refused whatever is hidden.
    const path = scene.path(`/api-keys/${api_key.id}`);
    expectStatus(200, await server.api.patch(path, { status: 'suspended' }, { auth: owner.auth }));
    expect((await explain(good)).allowed).toBe(false);
    expect((await explain(good)).steps.find((one: any) => one.check === 'key_active')).toMatchObject({
      passed: false,
      reason: 'The key is suspended.',
    });
  });
});

describe('what is hidden of things that have no entries of their own', () => {
  const HIDDEN: Record<string, [type: string, ...fields: string[]][]> = {
    'ledger_entry.amount': [
      ['billing.deposited', 'amount'],
      ['billing.frozen', 'amount', 'details'],
      [
        'billing.consumed',
        'frozen_amount',
        'consumed_amount',
        'returned_amount',
        'overage_amount',
        'details',
      ],
    ],
    'ledger_entry.description': [
      ['billing.deposited', 'description'],
      ['billing.frozen', 'description'],
    ],
    'deposit.expires_at': [['billing.deposited', 'expires_at']],
    'freeze.consume_after': [['billing.frozen', 'consume_after']],
    'slot_pool.capacity': [['slot.created', 'capacity']],
    'entitlement.value': [['entitlement.created', 'value']],
    'entitlement_event.new_value': [['entitlement.created', 'value']],
    'entitlement.metadata.seats': [],
    'member.role': [['member.role_changed', 'role_id']],
    'webhook_endpoint.secrets': [['webhook_endpoint.secret_rotated', 'preview', 'old_one_signs_until']],
    'api_key.previous_secret': [['api_key.regenerated', 'old_one_accepted_until']],
  };
  const TYPES = [...new Set(Object.values(HIDDEN).flatMap(all => all.map(([type]) => type)))];
  const permissions = ['audit:read', 'billing:read', 'reports:read', 'reports:write'];
  let scene: Scene;
  let rule: string | null = null;

  beforeAll(async () => {
    scene = await Scene.hiding([], permissions);
    const { secret } = await createKey(server, owner.auth, scene.id, {});
    const bill = async (route: string, body: object) =>
      expectStatus(200, await server.api.post(`/v1${route}`, body, { auth: basic(secret) }));
    const customer = { customer_id: 'user_7' };
    const window = { expires_at: '2100-01-31T12:00:00.000Z' };
    await bill('/billing/deposit', { ...customer, ...window, amount: 731, description: 'secret words' });
    const freeze = { ...customer, transaction_id: 'order', amount: 77, description: 'secret words' };
    await bill('/billing/freeze', { ...freeze, consume_after_seconds: 3_600 });
    await bill('/billing/consume', { transaction_id: 'order', actual_amount: 7 });
    await bill('/slot/grant', { ...customer, wallet: 'seats', amount: 3 });
    const entitlement = { ...customer, feature_key: 'max_projects', metadata: { seats: 5, plan: 'team' } };
    await bill('/entitlement/set', { ...entitlement, value: '25' });
    const { id: role } = await scene.make('/roles', { name: 'Passing', permissions: ['project:read'] });
    const invited = { email: 'holder@invited.example', role_id: role };
    await scene.make('/invitations', invited);
    expectStatus(200, await server.api.delete(scene.path(`/roles/${role}`), undefined, { auth: owner.auth }));
    const endpoint = { url: 'https://example.com/', event_types: ['*'] };
    const { webhook_endpoint } = await scene.make('/webhook-endpoints', endpoint);
    const rotate = scene.path(`/webhook-endpoints/${webhook_endpoint.id}/rotate-secret`);
    expectStatus(200, await server.api.post(rotate, {}, { auth: owner.auth }));
    const { api_key } = await createKey(server, owner.auth, scene.id, {});
    const regenerate = scene.path(`/api-keys/${api_key.id}/regenerate`);
    const grace = { grace_period_seconds: 60 };
    expectStatus(200, await server.api.post(regenerate, grace, { auth: owner.auth }));
  });

  afterEach(async () => {
    const path = scene.path(`/attribute-visibility/${rule}`);
    expectStatus(200, await server.api.delete(path, undefined, { auth: owner.auth }));
  });

  const hide = async (attribute: string) => {
    const made = await scene.make('/attribute-visibility', { attribute, hidden_from: [scene.role] });
    rule = made.id;
  };

  /** What the entries tell of, their effects included: the type and what changed. */
  const told = async (auth?: string): Promise<{ type: string; changes: Record<string, any> }[]> => {
    const { items } = await scene.get('/events?limit=100', auth);
    return items.flatMap((item: any) => [item, ...item.effects.filter((effect: any) => effect.changes)]);
  };

  it.each(Object.entries(HIDDEN))(
    '%s is hidden in what changed, nothing else is',
    async (attribute, where) => {
      await hide(attribute);
      const whole = await told(owner.auth);
      const seen = await told();
      for (const type of TYPES) {
        const [before, after] = [whole, seen].map(all => all.find(one => one.type === type)!.changes);
        const fields = where.find(([one]) => one === type)?.slice(1) ?? [];
        const hidden = fields.map(field => [field, { before: REDACTED, after: REDACTED }]);
        expect(before).toMatchObject(Object.fromEntries(fields.map(field => [field, expect.anything()])));
        if (attribute !== 'entitlement.metadata.seats')
          expect(after).toEqual({ ...before, ...Object.fromEntries(hidden) });
        else if (type === 'entitlement.created')
          expect(after!.metadata.after).toEqual({ seats: REDACTED, plan: 'team' });
      }
    },
  );

  it('so are values of entitlements in their history, and features that may not be asked for', async () => {
    await hide('entitlement.value');
    const path = '/v1/entitlement/user_7/events';
    const { items } = expectStatus(200, await server.api.get(path, { auth: scene.script.auth })).body;
    expect(items[0]).toMatchObject({ feature_key: 'max_projects', old_value: REDACTED, new_value: REDACTED });
  });
});
