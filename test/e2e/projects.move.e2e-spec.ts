import { codeOf, eventOf } from '../support/answers.js';
import { addToOrganization, expectStatus, type Person, Scene } from '../support/scene.js';
import { waitFor } from '../support/wait-for.js';

let scene: Scene;
beforeAll(async () => (scene = await Scene.open({ MAX_ORGANIZATIONS: '3' })));
afterAll(() => scene?.close());

const create = (owner: Person, name = 'Works') => scene.api.post('/v1/organizations', { name }, owner);
const found = async (owner: Person): Promise<string> => expectStatus(201, await create(owner)).body.id;
const move = (id: string, body: unknown, caller: { auth: string }) =>
  scene.api.post(`/v1/projects/${id}/settings/move`, body, caller);

describe('moving a project to another organization', () => {
  it('says whom it concerns, then moves it with its quota, log and people', async () => {
    const owner = await scene.person();
    const [from, to] = [await found(owner), await found(owner)];
    const project = await scene.project({ organization_id: from }, owner);
    const key = await scene.key(project);
    const [leaving, coming, both, stopped] = await Promise.all([1, 2, 3, 4].map(() => scene.person()));
    const member = await scene.member(project, 'member', { person: both });
    await scene.member(project, 'viewer', { person: stopped });
    await addToOrganization(scene.server, from, leaving!, 'admin');
    await addToOrganization(scene.server, to, coming!, 'admin');
    await addToOrganization(scene.server, from, both!, 'admin');
    await addToOrganization(scene.server, to, stopped!, 'member', 'suspended');
    const limits = { requests_per_minute: 77, requests_per_day: 777 };
    const subscription = `/v1/organizations/${to}/subscription`;
    expectStatus(200, await scene.api.patch(subscription, limits, scene.root));
    expectStatus(200, await scene.api.get('/v1/whoami', key));

    const asked = await move(project.id, { organization_id: to }, owner);
    expect(codeOf(asked)).toEqual([428, 'confirmation_required']);
    expect(asked.body.error.details).toMatchObject({
      action: 'move',
      from,
      to,
      effects: expect.arrayContaining([
        { effect: 'api_keys_change_quota', count: 1 },
        { effect: 'people_lose_access', count: 2 },
        { effect: 'people_gain_access', count: 1 },
      ]),
      quota: { from: { requests_per_minute: 1000 }, to: limits },
    });
    expectStatus(200, await scene.api.get(`/v1/projects/${project.id}`, leaving));
    expectStatus(404, await scene.api.get(`/v1/projects/${project.id}`, coming));

    const body = { organization_id: to, confirm: true, reason: 'Sold' };
    const answer = expectStatus(200, await move(project.id, body, owner));
    expect(answer.body).toMatchObject({ id: project.id, organization_id: to });
    expect(await eventOf(scene.server, scene.root.auth, answer)).toMatchObject({
      type: 'project.moved',
      project_id: project.id,
      reason: 'Sold',
      changes: { organization_id: { before: from, after: to } },
    });
    for (const person of [leaving, stopped])
      expectStatus(404, await scene.api.get(`/v1/projects/${project.id}`, person));
    for (const person of [coming, both, owner])
      expectStatus(200, await scene.api.get(`/v1/projects/${project.id}`, person));
    expectStatus(200, await scene.api.get(`/v1/projects/${project.id}/members`, member));

    const call = expectStatus(200, await scene.api.get('/v1/whoami', key));
    expect(call.body.limits).toMatchObject(limits);
    expect(call.headers.get('x-ratelimit-limit')).toBe('77');
    const logged = (id: string) =>
      scene.api.get(`/v1/organizations/${id}/request-logs`, owner).then(({ body: log }) => log.items.length);
    await waitFor('the log to have both calls', async () => (await logged(to)) === 2);
    expect(await logged(from)).toBe(0);
    expectStatus(200, await scene.api.delete(`/v1/organizations/${from}`, { confirm: 'Works' }, owner));
  });

  it('takes along what its keys did right before, of which the log has nothing yet', async () => {
    const owner = await scene.person();
    const [from, to] = [await found(owner), await found(owner)];
    const project = await scene.project({ organization_id: from }, owner);
    const key = await scene.key(project);
    for (const route of ['whoami', 'customers']) await scene.api.get(`/v1/${route}`, key);
    expectStatus(200, await move(project.id, { organization_id: to, confirm: true }, owner));
    expectStatus(200, await scene.api.get('/v1/whoami', key));

    const seen = async (id: string) => {
      const path = `/v1/organizations/${id}`;
      const log = expectStatus(200, await scene.api.get(`${path}/request-logs`, owner));
      const usage = expectStatus(200, await scene.api.get(`${path}/usage`, owner));
      return [log.body.items.length, usage.body.totals.requests];
    };
    await waitFor('the log to have all calls', async () => (await seen(to))[0] === 3);
    expect([await seen(from), await seen(to)]).toEqual([
      [0, 0],
      [3, 3],
    ]);
  });

  it('is for who owns both organizations, and for platform admins', async () => {
    const owner = await scene.person();
    const other = await scene.person();
    const [from, to] = [await found(owner), await found(other)];
    const project = await scene.project({ organization_id: from }, owner);
    const body = { organization_id: to, confirm: true };
    const unknown = { organization_id: 'org_01kaj0v7w3m6tn5x9q2e8rfyzd', confirm: true };
    for (const one of [body, unknown])
      expect(codeOf(await move(project.id, one, owner))).toEqual([404, 'not_found']);
    await addToOrganization(scene.server, to, owner, 'admin');
    expect(codeOf(await move(project.id, body, owner))).toEqual([403, 'permission_denied']);
    const administrator = await scene.member(project, 'administrator', { person: other });
    expect(codeOf(await move(project.id, body, administrator))).toEqual([403, 'permission_denied']);
    const key = await scene.key(project, 'administrator');
    expect(codeOf(await move(project.id, body, key))).toEqual([403, 'permission_denied']);
    expect(codeOf(await move(project.id, { organization_id: from, confirm: true }, owner))).toEqual([
      409,
      'invalid_transition',
    ]);
    expect(codeOf(await move(project.id, { confirm: true }, owner))).toEqual([400, 'validation_failed']);
    expect(codeOf(await move(project.id, { organization_id: 7 }, owner))).toEqual([400, 'validation_failed']);

    const actions = async (caller: { auth: string }) =>
      expectStatus(200, await scene.api.get(`/v1/projects/${project.id}/settings`, caller)).body.actions;
    const ofMove = (all: any[]) => all.find(({ action }) => action === 'move');
    expect(ofMove(await actions(owner))).toMatchObject({ value: from, available: true });
    expect(ofMove(await actions(administrator))).toMatchObject({ available: false });
    expect(expectStatus(200, await move(project.id, body, scene.root)).body.organization_id).toBe(to);
  });

  it('takes no project to where its owner is suspended', async () => {
    const [owner, other] = [await scene.person(), await scene.person()];
    const project = await scene.project({ organization_id: await found(owner) }, owner);
    const to = await found(other);
    await addToOrganization(scene.server, to, owner, 'member', 'suspended');
    const answer = await move(project.id, { organization_id: to, confirm: true }, scene.root);
    expect(codeOf(answer)).toEqual([409, 'invalid_transition']);
    expectStatus(200, await scene.api.get(`/v1/projects/${project.id}`, owner));
  });

  it('never leaves a project in an organization that is deleted at the same time', async () => {
    const owner = await scene.person();
    const [from, to] = [await found(owner), await found(owner)];
    const project = await scene.project({ organization_id: from }, owner);
    const [moved, deleted] = await Promise.all([
      move(project.id, { organization_id: to, confirm: true }, owner),
      scene.api.delete(`/v1/organizations/${to}`, { confirm: 'Works' }, owner),
    ]);
    const { organization_id } = (await scene.api.get(`/v1/projects/${project.id}`, owner)).body.project;
    if (moved.status === 200) expect([deleted.status, organization_id]).toEqual([409, to]);
    else expect([moved.status, deleted.status, organization_id]).toEqual([404, 200, from]);
  });
});

describe('MAX_ORGANIZATIONS', () => {
  it('limits how many somebody owns beside the personal one, also of several at once and by transfer', async () => {
    const owner = await scene.person();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => create(owner)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.body.error).toMatchObject({ code: 'limit_reached', details: { limit: 3 } });

    const other = await scene.person();
    const theirs = await found(other);
    const member_id = await addToOrganization(scene.server, theirs, owner, 'member');
    const path = `/v1/organizations/${theirs}/transfer-ownership`;
    expect(codeOf(await scene.api.post(path, { confirm: true, member_id }, other))).toEqual([
      409,
      'limit_reached',
    ]);
    const [first] = answers.filter(({ status }) => status === 201);
    const gone = `/v1/organizations/${first!.body.id}`;
    expectStatus(200, await scene.api.delete(gone, { confirm: 'Works' }, owner));
    expectStatus(200, await scene.api.post(path, { confirm: true, member_id }, other));
    expect(codeOf(await create(owner))).toEqual([409, 'limit_reached']);
    for (let time = 0; time < 5; time++) expectStatus(201, await create(scene.root));
  });
});
