import { codeOf, eventOf, projectEvents, sameAnswer } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import { Gadgets } from '../support/gadgets.js';
import { waitForMail } from '../support/mail.js';
import { expectStatus, type Person, type Project, ROLE_IDS, Scene } from '../support/scene.js';
import { ADMIN_EMAIL } from '../support/server.js';

let scene: Scene;
let owner: Person;
let gadgets: Gadgets;

beforeAll(async () => {
  scene = await Scene.open();
  owner = await scene.owner();
  gadgets = Gadgets.addTo(scene.server);
});
afterAll(() => scene?.close());

const get = async (path: string, by: { auth?: string } = owner) =>
  expectStatus(200, await scene.api.get(path, by)).body;
const post = (path: string, body?: object, by: { auth?: string } = owner) => scene.api.post(path, body, by);
const requestsOf = ({ id }: { id: string }) => `/v1/projects/${id}/promotion-requests`;

/** A sandbox that passes every check of the handoff. */
async function ready(name = 'Acme', person?: Person): Promise<Project> {
  const project = await scene.project({ name, purpose: 'Weather' }, person);
  const by = person ?? owner;
  const edits = { billing_owner_email: 'bills@example.com', confirm: true };
  expectStatus(200, await scene.api.patch(`/v1/projects/${project.id}/settings`, edits, by));
  expectStatus(200, await scene.api.get('/v1/whoami', await scene.key(project)));
  return project;
}

const addRole = async ({ id }: { id: string }, name: string, permissions = ['project:read']) =>
  expectStatus(201, await post(`/v1/projects/${id}/roles`, { name, permissions })).body;

/** A request that is under review. */
async function requested(project: Project, by: { auth?: string } = owner): Promise<any> {
  return expectStatus(201, await post(requestsOf(project), { notes: 'Please' }, by)).body;
}

const step = (project: Project, prm: { id: string }, name: string, body?: object, by?: { auth?: string }) =>
  post(`${requestsOf(project)}/${prm.id}/${name}`, body, by);

/** A request that an admin has approved. */
async function approved(project: Project): Promise<any> {
  const request = await requested(project);
  return expectStatus(200, await step(project, request, 'approve', {}, scene.root)).body;
}

/** A sandbox with its production project. */
async function promoted(name?: string): Promise<{ sandbox: Project; production: Project; first: any }> {
  const sandbox = await ready(name);
  const first = await approved(sandbox);
  const { body } = expectStatus(201, await step(sandbox, first, 'apply', { confirm: true }));
  return { sandbox, production: body.project, first };
}

/** What the newest mail to somebody says whose subject has these words. */
const mailTo = async (address: string, subject: RegExp) =>
  (await waitForMail(scene.server, address, null, subject)).text!.replace(/\s+/g, ' ');

const stateOf = async ({ id }: { id: string }) =>
  (await get(`/v1/projects/${id}`)).environment.promotion_state;

describe('a promotion', () => {
  it('goes from the request to the production project, told on the way', async () => {
    const sandbox = await ready('Weather station');
    await addRole(sandbox, 'Support');
    gadgets.gadgetsOf(sandbox.id).set('Lamp', { color: 'red', maker: 'sandbox' });
    expect(await stateOf(sandbox)).toBe('ready_for_review');

    const asked = await post(requestsOf(sandbox), { notes: 'For our\nfirst customers' });
    const request = expectStatus(201, asked).body;
    expect(request).toMatchObject({
      id: expect.stringMatching(/^prm_/),
      project_id: sandbox.id,
      target: null,
      status: 'under_review',
      notes: 'For our\nfirst customers',
      reason: null,
      requested_by: owner.user.id,
      decided_by: null,
      decided_at: null,
      applied_at: null,
    });
    expect(request.plan.changes).toEqual(
      expect.arrayContaining([
        { path: 'roles.Support.permissions', change: 'add', from: null, to: ['project:read'] },
        { path: 'purpose', change: 'add', from: null, to: 'Weather' },
        { path: 'gadgets.Lamp.color', change: 'add', from: null, to: 'red' },
      ]),
    );
    expect(request.plan.changes.map(({ change }: any) => change)).not.toContain('change');
    expect(await eventOf(scene.server, scene.root.auth, asked)).toMatchObject({
      type: 'promotion.requested',
      project_id: sandbox.id,
      target: { type: 'promotion_request', id: request.id },
    });
    const review = await mailTo(ADMIN_EMAIL, /Weather station/);
    expect(review).toContain('For our first customers');
    expect(await stateOf(sandbox)).toBe('under_review');
    const queue = await get('/v1/promotion-requests?status=under_review', scene.root);
    expect(queue.items[0]).toEqual(request);
    expect(await get(`${requestsOf(sandbox)}/${request.id}`)).toEqual(request);

    const decision = await step(sandbox, request, 'approve', { reason: 'Well done' }, scene.root);
    expect(expectStatus(200, decision).body).toMatchObject({
      status: 'approved',
      reason: 'Well done',
      decided_by: scene.root.user.id,
      decided_at: expect.any(String),
    });
    expect(await eventOf(scene.server, scene.root.auth, decision)).toMatchObject({
      type: 'promotion.approved',
      reason: 'Well done',
      changes: { status: { before: 'under_review', after: 'approved' } },
    });
    expect(await mailTo(owner.user.email, /was approved/)).toContain('Well done');
    expect(await stateOf(sandbox)).toBe('approved');

    const ask = await step(sandbox, request, 'apply');
    expect(codeOf(ask)).toEqual([428, 'confirmation_required']);
    expect(ask.body.error.details).toEqual({
      action: 'apply',
      plan: request.plan,
      effects: [{ effect: 'projects_made', count: 1 }],
    });
    const done = await step(sandbox, request, 'apply', { confirm: true, name: 'Weather live' });
    const { project, ...applied } = expectStatus(201, done).body;
    expect(applied).toMatchObject({ status: 'applied', target: { id: project.id, name: 'Weather live' } });
    expect(project).toMatchObject({
      environment: 'production',
      name: 'Weather live',
      purpose: 'Weather',
      status: 'new',
      organization_id: sandbox.organization_id,
      owner: { id: owner.user.id },
      team_size: 1,
      api_key_count: 0,
    });
    const event = await eventOf(scene.server, scene.root.auth, done);
    expect(event).toMatchObject({ type: 'promotion.applied', project_id: sandbox.id });
    expect(event.effects.map((effect: any) => effect.type)).toEqual(
      expect.arrayContaining(['project.created', 'role.created', 'project.updated']),
    );
    expect([...gadgets.gadgetsOf(project.id)]).toEqual([['Lamp', { color: 'red', maker: 'sandbox' }]]);
    expect((await get(`/v1/projects/${sandbox.id}`)).environment).toMatchObject({
      promotion_state: 'promoted',
      drifted: false,
    });
    expect((await get(`/v1/projects/${project.id}`)).environment.promotion_state).toBe('promoted');
    expect((await get(`/v1/projects/${project.id}/drift`)).against).toEqual({
      id: sandbox.id,
      name: 'Weather station',
    });
    expect((await get(`/v1/projects/${sandbox.id}/handoff`)).pair).toEqual({
      id: project.id,
      name: 'Weather live',
    });
    expect((await get(`/v1/projects/${sandbox.id}/drift`)).in_sync).toBe(true);
  });

  it('brings later changes to the pair, and back again without a difference', async () => {
    const { sandbox, production, first } = await promoted();
    const clerk = await addRole(production, 'Clerk');
    await scene.member(production, clerk.id);
    gadgets.gadgetsOf(production.id).set('Lamp', { color: 'white', maker: 'production' });
    await addRole(sandbox, 'Support');
    const rule = { attribute: 'api_key.last_used_ip', hidden_from: [ROLE_IDS.viewer] };
    expectStatus(201, await post(`/v1/projects/${sandbox.id}/attribute-visibility`, rule));
    const threshold = { metric: 'errors', operator: '>', value: 10, window: '5m' };
    expectStatus(201, await post(`/v1/projects/${sandbox.id}/alert-thresholds`, threshold));
    const edit = { purpose: 'Live weather', confirm: true };
    await scene.api.patch(`/v1/projects/${sandbox.id}/settings`, edit, owner);
    expect((await get(`/v1/projects/${sandbox.id}`)).environment).toMatchObject({
      promotion_state: 'ready_for_review',
      drifted: true,
    });
    expect((await get(`/v1/projects/${production.id}`)).environment.drifted).toBe(true);
    const before = await get(`/v1/projects/${production.id}/drift?against=${first.project_id}`);

    const request = await approved(sandbox);
    expect(request.target).toEqual({ id: production.id, name: production.name });
    const { changes } = request.plan;
    expect(changes.map(({ path, change }: any) => `${change} ${path}`).sort()).toEqual([
      'add alert_thresholds.errors > 10 in 5m.channels',
      'add roles.Support.permissions',
      'add visibility.api_key.last_used_ip.hidden_from',
      'change purpose',
      'remove gadgets.Lamp.color',
      'remove roles.Clerk.permissions',
    ]);
    expect(changes).toEqual(
      expect.arrayContaining([
        { path: 'gadgets.Lamp.color', change: 'remove', from: 'white', to: null },
        { path: 'purpose', change: 'change', from: 'Weather', to: 'Live weather' },
      ]),
    );
    const ask = await step(sandbox, request, 'apply');
    expect(codeOf(ask)).toEqual([428, 'confirmation_required']);
    expect(ask.body.error.details.effects).toEqual(
      expect.arrayContaining([
        { effect: 'role_holders_become_viewers', count: 1 },
        { effect: 'gadgets_thrown_away', count: 1 },
      ]),
    );
    expect(codeOf(await step(sandbox, request, 'apply', { confirm: true, name: 'Other' }))).toEqual([
      400,
      'validation_failed',
    ]);
    const { body } = expectStatus(200, await step(sandbox, request, 'apply', { confirm: true }));
    expect(body.project).toMatchObject({ id: production.id, purpose: 'Live weather' });
    expect((await get(`/v1/projects/${sandbox.id}/drift`)).in_sync).toBe(true);
    expect(await stateOf(sandbox)).toBe('promoted');

    expect(codeOf(await step(sandbox, first, 'rollback', { confirm: true }))).toEqual([
      409,
      'invalid_transition',
    ]);
    const back = await step(sandbox, request, 'rollback');
    expect(codeOf(back)).toEqual([428, 'confirmation_required']);
    expect(back.body.error.details.plan.changes).toContainEqual({
      ...{ path: 'purpose', change: 'change', from: 'Live weather', to: 'Weather' },
    });
    const rolled = await step(sandbox, request, 'rollback', { confirm: true });
    expect(expectStatus(200, rolled).body.status).toBe('rolled_back');
    expect(await eventOf(scene.server, scene.root.auth, rolled)).toMatchObject({
      type: 'promotion.rolled_back',
      changes: { status: { before: 'applied', after: 'rolled_back' } },
    });
    expect(await get(`/v1/projects/${production.id}/drift?against=${first.project_id}`)).toEqual(before);
    expect([...gadgets.gadgetsOf(production.id)]).toEqual([
      ['Lamp', { color: 'white', maker: 'production' }],
    ]);
    expect(await stateOf(sandbox)).toBe('ready_for_review');
    // What made the project cannot be taken back, nor anything twice.
    for (const prm of [first, request])
      expect(codeOf(await step(sandbox, prm, 'rollback', { confirm: true }))).toEqual([
        409,
        'invalid_transition',
      ]);
  });

  it('of an outdated plan is never applied', async () => {
    const { sandbox, production } = await promoted();
    await addRole(sandbox, 'Support');
    const request = await approved(sandbox);
    await addRole(production, 'Clerk');
    await addRole(sandbox, 'Other');
    for (const body of [{}, { confirm: true }]) {
      const answer = await step(sandbox, request, 'apply', body);
      expect(codeOf(answer)).toEqual([409, 'plan_outdated']);
      expect(answer.body.error.details.changes).toEqual([
        {
          ...{ side: 'sandbox', path: 'roles.Other.permissions' },
          ...{ change: 'add', from: null, to: ['project:read'] },
        },
        {
          ...{ side: 'production', path: 'roles.Clerk.permissions' },
          ...{ change: 'add', from: null, to: ['project:read'] },
        },
      ]);
    }
    const names = (await get(`/v1/projects/${production.id}/roles`)).items.map((role: any) => role.name);
    expect(names).toEqual(['administrator', 'member', 'viewer', 'Clerk']);
    expectStatus(200, await step(sandbox, request, 'withdraw'));
    const again = await approved(sandbox);
    expectStatus(200, await step(sandbox, again, 'apply', { confirm: true }));
  });
});

describe('what is refused', () => {
  it('a request that is not ready, pending already, or of a production project', async () => {
    const bare = await scene.project();
    const unready = await post(requestsOf(bare));
    expect(codeOf(unready)).toEqual([409, 'handoff_incomplete']);
    expect(unready.body.error.details.unmet).toEqual([
      ...['purpose_labelled', 'first_key_issued', 'first_lookup_made', 'usage_visible', 'keys_healthy'],
      'billing_owner_named',
    ]);
    const { production } = await promoted();
    expect(codeOf(await post(requestsOf(production)))).toEqual([409, 'sandbox_only']);
    const sandbox = await ready();
    const request = await requested(sandbox);
    expect(codeOf(await post(requestsOf(sandbox)))).toEqual([409, 'promotion_pending']);
    expectStatus(200, await step(sandbox, request, 'approve', {}, scene.root));
    expect(codeOf(await post(requestsOf(sandbox)))).toEqual([409, 'promotion_pending']);
    expectStatus(200, await step(sandbox, request, 'withdraw'));
    expect(await stateOf(sandbox)).toBe('ready_for_review');
    await requested(sandbox);
  });

  it('every step that the status does not allow', async () => {
    const sandbox = await ready();
    const request = await requested(sandbox);
    const refused = async (name: string, code: string, by = owner) =>
      expect([name, codeOf(await step(sandbox, request, name, { ...BODY[name] }, by))]).toEqual([
        name,
        [409, code],
      ]);
    await refused('apply', 'promotion_not_approved');
    await refused('rollback', 'invalid_transition');
    const noReason = await step(sandbox, request, 'reject', {}, scene.root);
    expect(codeOf(noReason)).toEqual([400, 'validation_failed']);
    const rejection = await step(sandbox, request, 'reject', { reason: 'Too early' }, scene.root);
    expect(expectStatus(200, rejection).body).toMatchObject({ status: 'rejected', reason: 'Too early' });
    expect(await stateOf(sandbox)).toBe('rejected');
    expect(await mailTo(owner.user.email, /was rejected/)).toContain('Too early');
    for (const name of ['approve', 'reject']) await refused(name, 'invalid_transition', scene.root);
    for (const name of ['withdraw', 'rollback']) await refused(name, 'invalid_transition');
    await refused('apply', 'promotion_not_approved');
  });

  it('those who may not', async () => {
    const sandbox = await ready();
    const request = await requested(sandbox);
    const viewer = await scene.member(sandbox, 'viewer');
    const stranger = await scene.stranger();
    const path = `${requestsOf(sandbox)}/${request.id}`;
    expect(codeOf(await post(requestsOf(sandbox), {}, {}))).toEqual([401, 'missing_api_key']);
    expect(codeOf(await post(requestsOf(sandbox), {}, viewer))).toEqual([403, 'permission_denied']);
    for (const name of ['approve', 'reject']) {
      for (const by of [owner, viewer, await scene.key(sandbox, 'administrator')])
        expect(codeOf(await post(`${path}/${name}`, {}, by))).toEqual([403, 'permission_denied']);
      expect(codeOf(await post(`${path}/${name}`, {}, stranger))).toEqual([404, 'not_found']);
    }
    for (const name of ['withdraw', 'apply', 'rollback'])
      expect(codeOf(await post(`${path}/${name}`, {}, viewer))).toEqual([403, 'permission_denied']);
    expect(codeOf(await scene.api.get('/v1/promotion-requests', owner))).toEqual([403, 'permission_denied']);
    // Another project's request is one that does not exist.
    const theirs = await scene.project({}, stranger);
    const foreign = await scene.api.get(`${requestsOf(theirs)}/${request.id}`, stranger);
    const unknown = await scene.api.get(`${requestsOf(theirs)}/prm_${'0'.repeat(26)}`, stranger);
    expect(foreign.status).toBe(404);
    expect(sameAnswer(foreign)).toEqual(sameAnswer(unknown));
    expect(codeOf(await step(theirs, request, 'withdraw', {}, stranger))).toEqual([404, 'not_found']);
    expect(await get(`/v1/lookup/${request.id}`)).toMatchObject({ object: 'promotion_request' });
  });

  it('a promotion whose owner could not own the project, or whose target is stopped', async () => {
    const person = await scene.person();
    const sandbox = await ready('Limited', person);
    const request = await requested(sandbox, person);
    expectStatus(200, await step(sandbox, request, 'approve', {}, scene.root));
    const apply = () => step(sandbox, request, 'apply', { confirm: true }, person);
    await scene.api.patch(`/v1/users/${person.user.id}`, { max_projects: 1 }, scene.root);
    expect(codeOf(await apply())).toEqual([409, 'project_limit_reached']);
    await scene.api.patch(`/v1/users/${person.user.id}`, { max_projects: null }, scene.root);
    const production = expectStatus(201, await apply()).body.project;
    await scene.api.post(`/v1/projects/${production.id}/settings/suspend`, { confirm: true }, scene.root);
    await scene.api.patch(
      `/v1/projects/${sandbox.id}/settings`,
      { purpose: 'Changed', confirm: true },
      person,
    );
    const second = await requested(sandbox, person);
    expectStatus(200, await step(sandbox, second, 'approve', {}, scene.root));
    expect(codeOf(await step(sandbox, second, 'apply', { confirm: true }, person))).toEqual([
      403,
      'project_suspended',
    ]);
    // Deleted, it is the pair of nobody: the plan was for another target, and the next one makes a new project.
    await scene.api.post(
      `/v1/projects/${production.id}/settings/delete`,
      { confirm: production.name },
      scene.root,
    );
    expect(codeOf(await step(sandbox, second, 'apply', { confirm: true }, person))).toEqual([
      409,
      'plan_outdated',
    ]);
    expectStatus(200, await step(sandbox, second, 'withdraw', {}, person));
    expect((await get(`/v1/projects/${sandbox.id}/handoff`, person)).pair).toBeNull();
    const third = await requested(sandbox, person);
    expect(third.target).toBeNull();
    expectStatus(200, await step(sandbox, third, 'approve', {}, scene.root));
    const again = await step(sandbox, third, 'apply', { confirm: true }, person);
    expect(expectStatus(201, again).body.project.id).not.toBe(production.id);
  });
});

const BODY: Record<string, object> = {
  apply: { confirm: true },
  rollback: { confirm: true },
  reject: { reason: 'No' },
};

describe('at once', () => {
  const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort();

  it('two requests are one', async () => {
    const sandbox = await ready();
    const answers = await Promise.all([1, 2, 3].map(() => post(requestsOf(sandbox))));
    expect(statuses(answers)).toEqual([201, 409, 409]);
  });

  it('two decisions are one', async () => {
    const sandbox = await ready();
    const request = await requested(sandbox);
    const answers = await Promise.all([
      step(sandbox, request, 'approve', {}, scene.root),
      step(sandbox, request, 'reject', { reason: 'No' }, scene.root),
      step(sandbox, request, 'withdraw'),
    ]);
    expect(statuses(answers).filter(status => status === 200).length).toBeGreaterThanOrEqual(1);
    const events = await projectEvents(scene.server, owner.auth, sandbox.id, { type: 'promotion.*' });
    const told = events.map(({ type }) => type);
    // Approved, it may be withdrawn still; rejected, it may not.
    expect([
      ['promotion.approved', 'promotion.requested'],
      ['promotion.rejected', 'promotion.requested'],
      ['promotion.withdrawn', 'promotion.requested'],
      ['promotion.withdrawn', 'promotion.approved', 'promotion.requested'],
    ]).toContainEqual(told);
  });

  it('two who apply make one project, and two who roll back do so once', async () => {
    const sandbox = await ready('Raced');
    const first = await approved(sandbox);
    const apply = (prm: any) => step(sandbox, prm, 'apply', { confirm: true });
    expect(statuses(await Promise.all([apply(first), apply(first), apply(first)]))).toEqual([201, 409, 409]);
    const { items } = await get('/v1/projects?q=Raced');
    expect(items.map(({ environment }: any) => environment).sort()).toEqual(['production', 'sandbox']);
    await addRole(sandbox, 'Support');
    const second = await approved(sandbox);
    expect(statuses(await Promise.all([apply(second), apply(second)]))).toEqual([200, 409]);
    const back = () => step(sandbox, second, 'rollback', { confirm: true });
    expect(statuses(await Promise.all([back(), back()]))).toEqual([200, 409]);
  });

  it('a change beside an application is in the plan, or makes it outdated, or comes after it', async () => {
    const { sandbox, production } = await promoted();
    const role = await addRole(production, 'Clerk');
    await addRole(sandbox, 'Clerk', ['project:read', 'media:read']);
    const request = await approved(sandbox);
    const path = `/v1/projects/${production.id}/roles/${role.id}`;
    const [applied, changed] = await Promise.all([
      step(sandbox, request, 'apply', { confirm: true }),
      scene.api.patch(path, { permissions: ['usage:read'] }, owner),
    ]);
    expect([200, 409]).toContain(applied.status);
    expect(changed.status).toBe(200);
    // Never overwritten without having been seen.
    expect((await get(path)).permissions).toEqual(['usage:read']);
  });
});

it('lists the newest first, by status, page by page', async () => {
  const sandbox = await ready();
  const first = await requested(sandbox);
  await step(sandbox, first, 'withdraw');
  const second = await requested(sandbox);
  const page = await get(`${requestsOf(sandbox)}?limit=1`);
  expect(page).toMatchObject({ total_count: 2, has_more: true, items: [{ id: second.id }] });
  const next = await get(`${requestsOf(sandbox)}?limit=1&cursor=${page.next_cursor}`);
  expect(next).toMatchObject({ has_more: false, items: [{ id: first.id, status: 'withdrawn' }] });
  const withdrawn = await get(`${requestsOf(sandbox)}?status=withdrawn`);
  expect(withdrawn).toMatchObject({ total_count: 1, items: [{ id: first.id }] });
  const all = await get('/v1/promotion-requests?limit=2', scene.root);
  expect(all.items.map(({ id }: any) => id)).toEqual([second.id, first.id]);
});

it('shows the state among the settings, and whether it can be asked for', async () => {
  const action = async (project: { id: string }, by = owner) =>
    (await get(`/v1/projects/${project.id}/settings`, by)).actions.at(-1);
  const bare = await scene.project();
  expect(await action(bare)).toEqual({
    ...{ action: 'request-promotion', method: 'POST', url: requestsOf(bare), value: 'not_ready' },
    ...{ available: false, reason: expect.stringContaining('/handoff') },
  });
  const sandbox = await ready();
  expect(await action(sandbox)).toMatchObject({ value: 'ready_for_review', available: true });
  await requested(sandbox);
  expect(await action(sandbox)).toMatchObject({ value: 'under_review', available: false });
  const member = await scene.member(sandbox, 'member');
  expect(await action(sandbox, member)).toMatchObject({
    reason: 'Requires the permission promotion:request.',
  });
});

it('hides in plans what is hidden, and nothing from the queue', async () => {
  const sandbox = await ready();
  const request = await requested(sandbox);
  const rule = { attribute: 'project.purpose', hidden_from: [ROLE_IDS.viewer] };
  expectStatus(201, await post(`/v1/projects/${sandbox.id}/attribute-visibility`, rule));
  const viewer = await scene.member(sandbox, 'viewer');
  for (const path of [requestsOf(sandbox), `${requestsOf(sandbox)}/${request.id}`]) {
    const body = await get(path, viewer);
    const [shown] = body.items ?? [body];
    expect(shown.plan.changes).toContainEqual({
      ...{ path: 'purpose', change: 'add', from: '[REDACTED]', to: '[REDACTED]' },
    });
  }
});

it('clones an approved sandbox into production as long as it is what was approved', async () => {
  const sandbox = await ready();
  await approved(sandbox);
  const clone = () => post(`/v1/projects/${sandbox.id}/clone`, { name: 'Twin', environment: 'production' });
  const twin = expectStatus(201, await clone()).body;
  expect(twin.environment).toBe('production');
  expect(codeOf(await scene.api.get(`/v1/projects/${twin.id}/drift`, owner))).toEqual([409, 'no_pair']);
  await addRole(sandbox, 'Unseen');
  expect(codeOf(await clone())).toEqual([409, 'promotion_not_approved']);
});
