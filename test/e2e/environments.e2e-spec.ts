import { codeOf, eventOf, projectEvents, sameAnswer } from '../support/answers.js';
import { Gadgets } from '../support/gadgets.js';
import { expectStatus, type Person, type Project, ROLE_IDS, Scene } from '../support/scene.js';

let scene: Scene;
let owner: Person;
let gadgets: Gadgets;

beforeAll(async () => {
  scene = await Scene.open();
  owner = await scene.owner();
  gadgets = Gadgets.addTo(scene.server);
});
afterAll(() => scene?.close());

const post = async (path: string, body: object, by: { auth?: string } = owner) =>
  expectStatus(201, await scene.api.post(path, body, by)).body;
const get = async (path: string, by: { auth?: string } = owner) =>
  expectStatus(200, await scene.api.get(path, by)).body;

/** A project with something of everything there is. */
async function equipped(): Promise<Project> {
  const project = await scene.project({ name: 'Full', purpose: 'Trying out', country: 'DE' });
  const path = `/v1/projects/${project.id}`;
  expectStatus(
    200,
    await scene.api.patch(
      `${path}/settings`,
      {
        description: 'Where it is tried',
        key_max_lifetime_days: 30,
        billing_owner_email: 'bills@example.com',
        confirm: true,
      },
      owner,
    ),
  );
  const clerk = await post(`${path}/roles`, {
    name: 'Billing clerk',
    permissions: ['billing:write', 'billing:read'],
  });
  await post(`${path}/roles`, { name: 'Support', permissions: ['project:read'] });
  await post(`${path}/attribute-visibility`, {
    attribute: 'api_key.last_used_ip',
    hidden_from: [ROLE_IDS.viewer, clerk.id],
  });
  await post(`${path}/alert-thresholds`, {
    metric: 'errors',
    operator: '>',
    value: 10,
    window: '5m',
    channels: ['webhook', 'email'],
  });
  await post(`${path}/alert-thresholds`, { metric: 'errors', operator: '>', value: 10, window: '5m' });
  gadgets.gadgetsOf(project.id).set('Lamp', { color: 'red', maker: 'here' });
  // What never comes along.
  await scene.key(project, 'administrator');
  await scene.member(project, 'administrator');
  await post(`${path}/invitations`, { email: 'invited@people.example' });
  return project;
}

const CONFIGURATION = [
  ['roles.Billing clerk.permissions', ['billing:read', 'billing:write']],
  ['roles.Support.permissions', ['project:read']],
  ['visibility.api_key.last_used_ip.hidden_from', ['Billing clerk', 'viewer']],
  ['country', 'DE'],
  ['description', 'Where it is tried'],
  ['key_max_lifetime_days', 30],
  ['purpose', 'Trying out'],
  ['alert_thresholds.errors > 10 in 5m.channels', ['email', 'webhook']],
  ['alert_thresholds.errors > 10 in 5m#2.channels', ['email']],
  ['gadgets.Lamp.color', 'red'],
] as const;

describe('a clone', () => {
  it('has the configuration of its model, field by field, and nothing else of it', async () => {
    const model = await equipped();
    const answer = await scene.api.post(`/v1/projects/${model.id}/clone`, { name: 'Copy' }, owner);
    const copy = expectStatus(201, answer).body;
    expect(copy).toMatchObject({
      name: 'Copy',
      environment: 'sandbox',
      status: 'new',
      purpose: 'Trying out',
      country: 'DE',
      description: 'Where it is tried',
      organization_id: model.organization_id,
      owner: { id: owner.user.id },
      api_key_count: 0,
      team_size: 1,
      verified: false,
    });
    const path = `/v1/projects/${copy.id}`;
    const roles = (await get(`${path}/roles`)).items.filter((role: any) => !role.system);
    expect(roles.map(({ name, permissions }: any) => [name, permissions])).toEqual([
      ['Billing clerk', ['billing:read', 'billing:write']],
      ['Support', ['project:read']],
    ]);
    const [rule, ...otherRules] = (await get(`${path}/attribute-visibility`)).items;
    expect(otherRules).toEqual([]);
    expect(rule).toMatchObject({ attribute: 'api_key.last_used_ip' });
    expect([...rule.hidden_from].sort()).toEqual([ROLE_IDS.viewer, roles[0].id].sort());
    const thresholds = (await get(`${path}/alert-thresholds`)).items;
    expect(thresholds.map(({ channels, state, value }: any) => [value, channels, state])).toEqual([
      [10, ['email'], 'ok'],
      [10, ['email', 'webhook'], 'ok'],
    ]);
    expect([...gadgets.gadgetsOf(copy.id)]).toEqual([['Lamp', { color: 'red', maker: 'here' }]]);
    expect(await get(`${path}/settings`)).toMatchObject({
      billing_owner_email: null,
      key_max_lifetime_days: 30,
    });
    expect((await get(`${path}/api-keys`)).items).toEqual([]);
    expect((await get(`${path}/members`)).items).toHaveLength(1);
    expect((await get(`${path}/invitations`)).items).toEqual([]);
    expect((await get(`${path}/request-logs`)).items).toEqual([]);
    expect(await get(`${path}/drift?against=${model.id}`)).toEqual({
      in_sync: true,
      against: { id: model.id, name: 'Full' },
      differences: [],
    });
    // A copy is no pair.
    expect((await get(`${path}/handoff`)).pair).toBeNull();
    expect((await get(path)).environment.drifted).toBe(false);
  });

  it('leaves one entry, in the log of the new project, with everything that came along', async () => {
    const model = await equipped();
    const idsOf = async (id: string) =>
      (await projectEvents(scene.server, owner.auth, id)).map(event => event.id);
    const before = await idsOf(model.id);
    const answer = await scene.api.post(`/v1/projects/${model.id}/clone`, { name: 'Copy' }, owner);
    const event = await eventOf(scene.server, scene.root.auth, answer);
    expect(event).toMatchObject({
      type: 'project.cloned',
      project_id: answer.body.id,
      target: { type: 'project', id: answer.body.id, name: 'Copy' },
      changes: { cloned_from: { before: null, after: model.id } },
    });
    const kinds = event.effects.map((effect: any) => effect.type);
    expect(kinds).toEqual([
      ...['role.created', 'role.created', 'visibility_rule.created', 'project.updated'],
      ...['alert_threshold.created', 'alert_threshold.created'],
    ]);
    expect(await idsOf(answer.body.id)).toEqual([event.id]);
    expect(await idsOf(model.id)).toEqual(before);
  });

  it('is only planned with dry_run', async () => {
    const model = await equipped();
    const path = `/v1/projects/${model.id}/clone`;
    const planned = await scene.api.post(path, { dry_run: true }, owner);
    const { plan } = expectStatus(200, planned).body;
    expect(plan.digest).toMatch(/^[0-9a-f]{64}$/);
    const travels = plan.changes.filter((change: any) => !change.path.startsWith('retention.'));
    expect(travels.map(({ path: at, to }: any) => [at, to])).toEqual(
      expect.arrayContaining(CONFIGURATION.map(([at, to]) => [at, to])),
    );
    expect(travels).toHaveLength(CONFIGURATION.length);
    expect(plan.changes.every((change: any) => change.change === 'add' && change.from === null)).toBe(true);
    const projects = (await get('/v1/projects')).items;
    expect(projects.filter((project: any) => project.name === 'Copy' && project.id > model.id)).toEqual([]);
    await expect(eventOf(scene.server, scene.root.auth, planned)).rejects.toThrow('got 0');
  });

  it('is made once per Idempotency-Key', async () => {
    const model = await scene.project();
    const path = `/v1/projects/${model.id}/clone`;
    const once = { auth: owner.auth, headers: { 'idempotency-key': 'clone' } };
    const first = await scene.api.post(path, { name: 'Once' }, once);
    const second = await scene.api.post(path, { name: 'Once' }, once);
    expect(second.status).toBe(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(codeOf(await scene.api.post(path, { name: 'Twice' }, once))).toEqual([
      422,
      'idempotency_mismatch',
    ]);
  });

  it('is refused to those who may not, without its name, and in production without an approval', async () => {
    const model = await scene.project();
    const path = `/v1/projects/${model.id}/clone`;
    const body = { name: 'Copy' };
    expect(codeOf(await scene.api.post(path, body))).toEqual([401, 'missing_api_key']);
    expect(codeOf(await scene.api.post(path, body, await scene.member(model, 'viewer')))).toEqual([
      403,
      'permission_denied',
    ]);
    const foreign = await scene.api.post(path, body, await scene.stranger());
    const unknown = await scene.api.post(
      `/v1/projects/prj_${'0'.repeat(26)}/clone`,
      body,
      await scene.stranger(),
    );
    expect(sameAnswer(foreign)).toEqual(sameAnswer(unknown));
    expect(codeOf(await scene.api.post(path, {}, owner))).toEqual([400, 'validation_failed']);
    for (const dry_run of [true, false]) {
      const production = { ...body, environment: 'production', dry_run };
      expect(codeOf(await scene.api.post(path, production, owner))).toEqual([409, 'promotion_not_approved']);
    }
    const made = await scene.api.post(path, { ...body, environment: 'production' }, scene.root);
    expect(expectStatus(201, made).body).toMatchObject({
      environment: 'production',
      owner: { id: owner.user.id },
    });
  });

  it('counts for the limit of its owner, whoever asks for it', async () => {
    const person = await scene.person();
    const model = await scene.project({}, person);
    const key = await scene.key(model, 'administrator');
    await scene.api.patch(`/v1/users/${person.user.id}`, { max_projects: 2 }, scene.root);
    const path = `/v1/projects/${model.id}/clone`;
    const copy = await post(path, { name: 'By a key' }, key);
    expect(copy.owner.id).toBe(person.user.id);
    expect(codeOf(await scene.api.post(path, { name: 'Third' }, key))).toEqual([
      409,
      'project_limit_reached',
    ]);
  });
});

describe('drift', () => {
  it('names every value that differs, by its path, on both sides', async () => {
    const model = await equipped();
    const copy = await post(`/v1/projects/${model.id}/clone`, { name: 'Copy' });
    const path = `/v1/projects/${copy.id}`;
    const roles = (await get(`${path}/roles`)).items;
    const support = roles.find((role: any) => role.name === 'Support').id;
    const clerk = roles.find((role: any) => role.name === 'Billing clerk').id;
    await scene.api.delete(`${path}/roles/${support}`, undefined, owner);
    await scene.api.patch(`${path}/roles/${clerk}`, { permissions: ['billing:read'] }, owner);
    await scene.api.patch(`${path}/settings`, { purpose: 'Serious', name: 'Any', confirm: true }, owner);
    gadgets.gadgetsOf(copy.id).set('Lamp', { color: 'blue', maker: 'there' });
    const expected = [
      {
        path: 'roles.Billing clerk.permissions',
        here: ['billing:read'],
        there: ['billing:read', 'billing:write'],
      },
      { path: 'roles.Support.permissions', here: null, there: ['project:read'] },
      { path: 'purpose', here: 'Serious', there: 'Trying out' },
      { path: 'gadgets.Lamp.color', here: 'blue', there: 'red' },
    ];
    const drift = await get(`${path}/drift?against=${model.id}`);
    expect(drift).toMatchObject({ in_sync: false, against: { id: model.id, name: 'Full' } });
    expect(drift.differences).toHaveLength(expected.length);
    expect(drift.differences).toEqual(expect.arrayContaining(expected));
    const mirrored = await get(`/v1/projects/${model.id}/drift?against=${copy.id}`);
    expect(mirrored.differences).toEqual(
      expect.arrayContaining(
        expected.map(({ path: at, here, there }) => ({ path: at, here: there, there: here })),
      ),
    );
  });

  it('is shown against what the caller may read only', async () => {
    const mine = await scene.project();
    const stranger = await scene.stranger();
    const theirs = await scene.project({}, stranger);
    const path = `/v1/projects/${mine.id}/drift`;
    expect(codeOf(await scene.api.get(path, owner))).toEqual([409, 'no_pair']);
    for (const by of [owner, await scene.key(mine, 'administrator')])
      expect(codeOf(await scene.api.get(`${path}?against=${theirs.id}`, by))).toEqual([404, 'not_found']);
    expect(codeOf(await scene.api.get(path, stranger))).toEqual([404, 'not_found']);
    expect(codeOf(await scene.api.get(path))).toEqual([401, 'missing_api_key']);
    expect((await get(`${path}?against=${theirs.id}`, scene.root)).in_sync).toBe(true);
    expect(codeOf(await scene.api.get(`${path}?against=nobody`, owner))).toEqual([404, 'not_found']);
    const member = await scene.member(theirs, 'viewer', { person: owner });
    expect((await get(`${path}?against=${theirs.id}`, member)).against.id).toBe(theirs.id);
  });

  it('hides what rules of either project hide', async () => {
    const here = await scene.project({ purpose: 'Here' });
    const there = await scene.project({ purpose: 'There', description: 'Secret' });
    const reader = await scene.member(here, 'viewer');
    await scene.member(there, 'viewer', { person: reader });
    const hide = (project: Project, attribute: string) =>
      post(`/v1/projects/${project.id}/attribute-visibility`, { attribute, hidden_from: [ROLE_IDS.viewer] });
    await hide(here, 'project.purpose');
    await hide(there, 'project.description');
    await post(`/v1/projects/${here.id}/alert-thresholds`, { metric: 'errors', value: 7, window: '1h' });
    await hide(here, 'alert_threshold.value');
    const { differences } = await get(`/v1/projects/${here.id}/drift?against=${there.id}`, reader);
    const hidden = { here: '[REDACTED]', there: '[REDACTED]' };
    expect(differences).toEqual(
      expect.arrayContaining([
        { path: 'purpose', ...hidden },
        { path: 'description', ...hidden },
        { path: 'alert_thresholds.[REDACTED].channels', here: ['email'], there: null },
      ]),
    );
    expect(JSON.stringify(differences)).not.toMatch(/Secret|errors/);
  });
});

describe('the handoff', () => {
  it('is found in live data, check by check, each with its evidence or what to do', async () => {
    const project = await scene.project({ name: 'Unready' });
    const path = `/v1/projects/${project.id}`;
    gadgets.works = false;
    const first = await get(`${path}/handoff`);
    expect(first).toMatchObject({ promotion_state: 'not_ready', pair: null });
    expect(first.checks.map(({ check }: any) => check)).toEqual([
      ...['purpose_labelled', 'first_key_issued', 'first_lookup_made', 'test_endpoint_connected'],
      ...['webhook_delivery_verified', 'usage_visible', 'keys_healthy', 'billing_owner_named'],
    ]);
    for (const check of first.checks) expect(check).toMatchObject({ passed: false, evidence: null });
    for (const check of first.checks.filter((one: any) => !/endpoint|webhook/.test(one.check)))
      expect(check.fix).toMatch(/\b(GET|POST|PATCH) \/v1\//);

    await scene.api.patch(
      `${path}/settings`,
      { purpose: 'Weather', billing_owner_email: 'bills@example.com', confirm: true },
      owner,
    );
    const key = await scene.key(project);
    await scene.api.get('/v1/whoami', key);
    gadgets.works = true;
    const second = await get(`${path}/handoff`);
    expect(second.promotion_state).toBe('ready_for_review');
    const at = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(second.checks.map(({ passed, fix, evidence }: any) => [passed, fix, evidence])).toEqual([
      [true, null, { purpose: 'Weather' }],
      [true, null, { key_id: key.id, at }],
      [true, null, { key_id: key.id, at }],
      [true, null, { count: 1 }],
      [true, null, { count: 1 }],
      [true, null, { count: 1 }],
      [true, null, { count: 1 }],
      [true, null, { billing_owner_email: 'bills@example.com' }],
    ]);
    expect((await get(path)).environment.promotion_state).toBe('ready_for_review');

    const soon = new Date(Date.now() + 3 * 86_400_000).toISOString();
    await scene.api.patch(`${path}/api-keys/${key.id}`, { expires_at: soon }, owner);
    const third = await get(`${path}/handoff`);
    expect(third.promotion_state).toBe('not_ready');
    expect(third.checks[6]).toMatchObject({
      check: 'keys_healthy',
      passed: false,
      evidence: { count: 1, key_id: key.id },
      fix: expect.stringContaining(`/api-keys/${key.id}`),
    });
  });

  it('takes a lookup for one, but not what was refused, or made by a person', async () => {
    const project = await scene.project();
    const path = `/v1/projects/${project.id}/handoff`;
    const passed = async () => (await get(path)).checks[2].passed;
    const key = await scene.key(project);
    await scene.api.get('/v1/whoami', owner);
    await scene.api.get(`/v1/lookup/prj_${'0'.repeat(26)}`, key);
    expect(await passed()).toBe(false);
    await scene.api.get(`/v1/lookup/${project.id}`, key);
    expect(await passed()).toBe(true);
  });

  it('is of sandboxes, for whoever may read the project, and hides what is hidden', async () => {
    const live = await post('/v1/projects', { name: 'Live', environment: 'production' }, scene.root);
    expect(codeOf(await scene.api.get(`/v1/projects/${live.id}/handoff`, scene.root))).toEqual([
      409,
      'sandbox_only',
    ]);
    const project = await scene.project({ purpose: 'Secret' });
    const path = `/v1/projects/${project.id}`;
    expect(codeOf(await scene.api.get(`${path}/handoff`))).toEqual([401, 'missing_api_key']);
    expect((await scene.api.get(`${path}/handoff`, await scene.stranger())).status).toBe(404);
    await post(`${path}/attribute-visibility`, {
      attribute: 'project.purpose',
      hidden_from: [ROLE_IDS.viewer],
    });
    const viewer = await scene.member(project, 'viewer');
    const [check] = (await get(`${path}/handoff`, viewer)).checks;
    expect(check).toMatchObject({ passed: true, evidence: { purpose: '[REDACTED]' } });
  });
});
