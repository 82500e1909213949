import { codeOf, eventOf, eventsOf, projectEvents, sameAnswer } from '../support/answers.js';
import { type Answer, basic, bearer } from '../support/client.js';
import {
  addMember,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const UNKNOWN = `prj_${'0'.repeat(26)}`;
const ACTIONS = ['verify', 'activate', 'suspend', 'delete'] as const;

let server: TestServer;
let root: Person;
let owner: Person;
let manager: Person;
let worker: Person;
let viewer: Person;
let stranger: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
  manager = await signUp(server);
  worker = await signUp(server);
  viewer = await signUp(server);
  stranger = await signUp(server);
});
afterAll(() => server.stop());

/** A project with a whole team: its owner, an administrator, a member and a viewer. */
async function teamProject(name = 'Weather'): Promise<{ id: string; [field: string]: any }> {
  const project = await createProject(server, owner.auth, { name });
  await addMember(server, project.id, manager, 'administrator');
  await addMember(server, project.id, worker, 'member');
  await addMember(server, project.id, viewer, 'viewer');
  return project;
}

const show = (auth: string, id: string) => server.api.get(`/v1/projects/${id}/settings`, { auth });
const edit = (auth: string, id: string, body: unknown) =>
  server.api.patch(`/v1/projects/${id}/settings`, body, { auth });
const run = (auth: string, id: string, action: string, body: unknown = { confirm: true }) =>
  server.api.post(`/v1/projects/${id}/settings/${action}`, body, { auth });
const statusOf = async (id: string) =>
  (await server.api.get(`/v1/projects/${id}`, { auth: root.auth })).body.project.status;
const available = (answer: Answer): Record<string, true | string> =>
  Object.fromEntries(answer.body.actions.map((item: any) => [item.action, item.available || item.reason]));

describe('the settings', () => {
  it('show every value and every action', async () => {
    const { id } = await teamProject();
    const { body } = expectStatus(200, await show(owner.auth, id));
    expect(body).toMatchObject({
      name: 'Weather',
      description: null,
      country: null,
      purpose: null,
      billing_owner_email: null,
      key_max_lifetime_days: null,
      status: 'new',
      verified: false,
    });
    expect(body.actions.slice(0, 2)).toEqual([
      {
        action: 'edit name',
        method: 'PATCH',
        url: `/v1/projects/${id}/settings`,
        value: 'Weather',
        available: true,
      },
      expect.objectContaining({ action: 'edit description', value: null }),
    ]);
    expect(body.actions.find((item: any) => item.action === 'suspend')).toEqual({
      action: 'suspend',
      method: 'POST',
      url: `/v1/projects/${id}/settings/suspend`,
      value: 'new',
      available: true,
    });
  });

  it('say which actions are the caller’s to take, and why others are not', async () => {
    const { id } = await teamProject();
    const edits = { 'edit name': true, 'edit purpose': true, 'edit billing_owner_email': true };
    const forAdmins = 'Only platform admins verify projects.';
    expect(available(await show(owner.auth, id))).toMatchObject({
      ...edits,
      verify: forAdmins,
      activate: true,
      suspend: true,
      delete: true,
    });
    expect(available(await show(manager.auth, id))).toMatchObject({
      ...edits,
      verify: forAdmins,
      suspend: true,
      delete: "Only the owner, the organization's owner and platform admins delete a project.",
    });
    const lacking = 'Requires the permission settings:write.';
    expect(available(await show(worker.auth, id))).toMatchObject({
      'edit name': lacking,
      verify: lacking,
      suspend: lacking,
      delete: lacking,
    });
    expect(codeOf(await show(viewer.auth, id))).toEqual([403, 'permission_denied']);

    await run(root.auth, id, 'verify');
    await run(root.auth, id, 'activate');
    expect(available(await show(root.auth, id))).toMatchObject({
      ...edits,
      verify: 'The project is already verified.',
      activate: 'The project is activated.',
      suspend: true,
      delete: true,
    });
    await run(root.auth, id, 'delete', { confirm: 'Weather' });
    expect(available(await show(root.auth, id))).toMatchObject({
      activate: true,
      suspend: 'The project is deleted.',
      delete: 'The project is deleted.',
    });
  });

  it('of another project cannot be told from those of one that does not exist', async () => {
    const { id } = await teamProject();
    const { secret } = await createKey(
      server,
      stranger.auth,
      (await createProject(server, stranger.auth)).id,
      {
        role_id: ROLE_IDS.administrator,
      },
    );
    for (const auth of [stranger.auth, basic(secret)]) {
      for (const send of [
        (target: string) => show(auth, target),
        (target: string) => edit(auth, target, { name: 'Mine', confirm: true }),
        (target: string) => run(auth, target, 'suspend'),
        (target: string) => run(auth, target, 'delete', { confirm: 'Weather' }),
      ]) {
        const foreign = await send(id);
        expect(codeOf(foreign)).toEqual([404, 'not_found']);
        expect(sameAnswer(foreign)).toEqual(sameAnswer(await send(UNKNOWN)));
      }
    }
    expect((await show(owner.auth, id)).body).toMatchObject({ name: 'Weather', status: 'new' });
    expect(codeOf(await server.api.get(`/v1/projects/${id}/settings`))).toEqual([401, 'missing_api_key']);
  });
});

describe('editing', () => {
  it('without confirm says what would change, and changes nothing', async () => {
    const { id } = await teamProject();
    const answer = await edit(owner.auth, id, { name: 'Climate', country: 'de', confirm: false });
    expect(codeOf(answer)).toEqual([428, 'confirmation_required']);
    expect(answer.body.error).toMatchObject({ type: 'precondition_required', retryable: false });
    expect(answer.body.error.details).toEqual({
      action: 'edit',
      from: { name: 'Weather', country: null },
      to: { name: 'Climate', country: 'DE' },
      effects: [],
    });
    expect((await show(owner.auth, id)).body).toMatchObject({ name: 'Weather', country: null });
    expect(await eventsOf(server, root.auth, answer)).toEqual([]);
  });

  it('the name alone is a renaming, which touches nothing else', async () => {
    const { id } = await teamProject();
    const { secret } = await createKey(server, owner.auth, id);
    expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(secret) }));
    const record = async () => (await server.api.get(`/v1/projects/${id}`, { auth: owner.auth })).body;
    const before = await record();
    const answer = expectStatus(200, await edit(manager.auth, id, { name: ' Climate ', confirm: true }));
    expect(answer.body.name).toBe(' Climate ');
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'project.renamed',
      category: 'project',
      actor: { type: 'user', id: manager.user.id, role: 'administrator' },
      project_id: id,
      target: { type: 'project', id, name: ' Climate ' },
      changes: { name: { before: 'Weather', after: ' Climate ' } },
    });
    expect(await record()).toEqual({ ...before, project: { ...before.project, name: ' Climate ' } });
    expect((await server.api.get('/v1/whoami', { auth: basic(secret) })).body.project.name).toBe(' Climate ');
    const found = await server.api.get('/v1/projects', { auth: owner.auth, query: { q: 'cLIMATE' } });
    expect(found.body.items.map((item: any) => item.id)).toContain(id);
  });

  it('anything else is an update, whose event holds what differs and nothing more', async () => {
    const { id } = await teamProject();
    const change = {
      description: 'Rain',
      country: 'FR',
      purpose: 'Forecasts',
      billing_owner_email: 'Bill@Example.com',
      key_max_lifetime_days: 90,
      name: 'Weather',
    };
    const answer = expectStatus(200, await edit(owner.auth, id, { ...change, confirm: true }));
    expect(answer.body).toMatchObject({ ...change, billing_owner_email: 'bill@example.com' });
    const event = await eventOf(server, root.auth, answer);
    expect(event.type).toBe('project.updated');
    expect(event.changes).toEqual({
      description: { before: null, after: 'Rain' },
      country: { before: null, after: 'FR' },
      purpose: { before: null, after: 'Forecasts' },
      billing_owner_email: { before: null, after: 'bill@example.com' },
      key_max_lifetime_days: { before: null, after: 90 },
    });
    const cleared = expectStatus(
      200,
      await edit(owner.auth, id, { description: null, key_max_lifetime_days: null, confirm: true }),
    );
    expect(cleared.body).toMatchObject({
      description: null,
      key_max_lifetime_days: null,
      purpose: 'Forecasts',
    });
  });

  it('what changes nothing succeeds, and leaves an event without changes', async () => {
    const { id } = await teamProject();
    for (const body of [{ confirm: true }, { name: 'Weather', confirm: true }]) {
      const answer = expectStatus(200, await edit(owner.auth, id, body));
      expect((await eventOf(server, root.auth, answer)).changes).toEqual({});
    }
  });

  it('refuses what it does not understand', async () => {
    const { id } = await teamProject();
    for (const body of [
      { name: '', confirm: true },
      { name: null, confirm: true },
      { country: 'ZZ', confirm: true },
      { purpose: 'x'.repeat(201), confirm: true },
      { billing_owner_email: 'nobody', confirm: true },
      ...[0, 1.5, '30', 36_501, true].map(key_max_lifetime_days => ({
        key_max_lifetime_days,
        confirm: true,
      })),
      { environment: 'production', confirm: true },
      { status: 'activated', confirm: true },
      { owner_id: stranger.user.id, confirm: true },
      { name: 'X', confirm: 'yes' },
      [],
      undefined,
    ]) {
      expect([body, ...codeOf(await edit(owner.auth, id, body))]).toEqual([body, 400, 'validation_failed']);
    }
  });

  it('takes settings:write', async () => {
    const { id } = await teamProject();
    for (const auth of [worker.auth, viewer.auth]) {
      expect(codeOf(await edit(auth, id, { name: 'X', confirm: true }))).toEqual([403, 'permission_denied']);
    }
  });

  it('at the same time leaves events that follow from one another', async () => {
    const { id } = await teamProject('start');
    await Promise.all(
      ['one', 'two', 'three', 'four'].map(async name =>
        expectStatus(200, await edit(owner.auth, id, { name, confirm: true })),
      ),
    );
    const renamed = await projectEvents(server, owner.auth, id, { type: 'project.renamed' });
    const steps = new Map(renamed.map(event => [event.changes.name.before, event.changes.name.after]));
    const walked = ['start'];
    for (let name = steps.get('start'); name !== undefined; name = steps.get(name)) walked.push(name);
    expect(walked).toHaveLength(5);
    expect((await show(owner.auth, id)).body.name).toBe(walked.at(-1));
  });
});

describe('an action', () => {
  it.each([
    ['activate', 'new', 'activated', []],
    ['suspend', 'new', 'suspended', ['api_keys_stopped', 'members_affected']],
    ['delete', 'new', 'deleted', ['api_keys_stopped', 'members_affected']],
    ['verify', false, true, []],
  ])('%s without confirm says what it would do, and does nothing', async (action, from, to, effects) => {
    const { id } = await teamProject();
    await createKey(server, owner.auth, id);
    for (const body of ['', {}, { reason: 'because' }, { confirm: false }]) {
      const answer = await run(root.auth, id, action, body);
      expect(codeOf(answer)).toEqual([428, 'confirmation_required']);
      expect(answer.body.error.details).toMatchObject({ action, from, to });
      const named = answer.body.error.details.effects.map((effect: any) => effect.effect);
      expect(named).toEqual(expect.arrayContaining(effects));
      expect(await eventsOf(server, root.auth, answer)).toEqual([]);
    }
    expect((await show(root.auth, id)).body).toMatchObject({ status: 'new', verified: false });
  });

  it('says how many keys stop and how many members it reaches', async () => {
    const { id } = await teamProject();
    await createKey(server, owner.auth, id);
    const { api_key } = await createKey(server, owner.auth, id);
    await server.api.delete(`/v1/projects/${id}/api-keys/${api_key.id}`, undefined, { auth: owner.auth });
    const { effects } = (await run(owner.auth, id, 'suspend', {})).body.error.details;
    expect(effects).toEqual(
      expect.arrayContaining([
        { effect: 'api_keys_stopped', count: 1 },
        { effect: 'members_affected', count: 4 },
      ]),
    );
  });

  it.each([
    ['activate', 'project.activated', 'new', 'activated'],
    ['suspend', 'project.suspended', 'new', 'suspended'],
    ['delete', 'project.deleted', 'new', 'deleted'],
  ])('%s with confirm is done and logged with its reason', async (action, type, before, after) => {
    const { id } = await teamProject();
    const confirm = action === 'delete' ? 'Weather' : true;
    const answer = expectStatus(200, await run(owner.auth, id, action, { confirm, reason: 'Spring 🌱' }));
    expect(answer.body).toMatchObject({ id, status: after });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type,
      outcome: 'success',
      reason: 'Spring 🌱',
      project_id: id,
      target: { type: 'project', id, name: 'Weather' },
      changes: { status: { before, after } },
      actor: { id: owner.user.id },
    });
    expect(await statusOf(id)).toBe(after);
  });

  it('verify is independent of the status', async () => {
    const { id } = await teamProject();
    await run(owner.auth, id, 'suspend');
    const answer = expectStatus(
      200,
      await run(root.auth, id, 'verify', { confirm: true, reason: 'Papers seen' }),
    );
    expect(answer.body).toMatchObject({ status: 'suspended', verified: true });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'project.verified',
      reason: 'Papers seen',
      actor: { id: root.user.id, role: 'platform_admin' },
      changes: { verified: { before: false, after: true } },
    });
    expect(codeOf(await run(root.auth, id, 'verify'))).toEqual([409, 'invalid_transition']);
  });

  it('delete takes the exact name', async () => {
    const { id } = await teamProject('My project');
    for (const confirm of [true, 'my project', 'My project ', 'My proje', id, '']) {
      const answer = await run(owner.auth, id, 'delete', { confirm });
      expect([confirm, ...codeOf(answer), answer.body.error.param]).toEqual([
        confirm,
        400,
        'validation_failed',
        'confirm',
      ]);
    }
    expect(await statusOf(id)).toBe('new');
    expect((await run(owner.auth, id, 'delete', { confirm: 'My project' })).status).toBe(200);
  });

  it('refuses what it does not understand', async () => {
    const { id } = await teamProject();
    for (const body of [
      { confirm: null },
      { confirm: 'yes' },
      { confirm: 1 },
      { confirm: true, reason: '' },
      { confirm: true, reason: 'x'.repeat(501) },
      { confirm: true, force: true },
      [],
    ]) {
      expect([body, ...codeOf(await run(owner.auth, id, 'suspend', body))]).toEqual([
        body,
        400,
        'validation_failed',
      ]);
    }
    expect((await run(owner.auth, id, 'explode')).status).toBe(400);
    expect((await run(owner.auth, id, '__proto__')).status).toBe(400);
  });

  it('is refused where the present status does not allow it', async () => {
    const start: Record<string, string[]> = {
      new: [],
      activated: ['activate'],
      suspended: ['suspend'],
      deleted: ['delete'],
    };
    const refused: Record<string, string[]> = {
      new: [],
      activated: ['activate'],
      suspended: ['suspend'],
      deleted: ['suspend', 'delete', 'verify'],
    };
    for (const [status, actions] of Object.entries(start)) {
      const { id } = await teamProject();
      for (const action of actions) {
        expectStatus(
          200,
          await run(root.auth, id, action, { confirm: action === 'delete' ? 'Weather' : true }),
        );
      }
      expect(await statusOf(id)).toBe(status);
      for (const action of ACTIONS) {
        const answer = await run(root.auth, id, action, {});
        const code = refused[status]!.includes(action)
          ? [409, 'invalid_transition']
          : [428, 'confirmation_required'];
        expect([status, action, ...codeOf(answer)]).toEqual([status, action, ...code]);
      }
    }
  });

  it('is for holders of settings:write; verifying for platform admins, deleting for them and the owner', async () => {
    const { id } = await teamProject();
    const { secret } = await createKey(server, owner.auth, id, { role_id: ROLE_IDS.administrator });
    const key = basic(secret);
    const confirm = { confirm: 'Weather' };
    for (const [who, action, body] of [
      [worker.auth, 'suspend', {}],
      [viewer.auth, 'activate', { confirm: true }],
      [owner.auth, 'verify', { confirm: true }],
      [manager.auth, 'verify', {}],
      [key, 'verify', { confirm: true }],
      [manager.auth, 'delete', confirm],
      [key, 'delete', confirm],
    ] as const) {
      expect([action, ...codeOf(await run(who, id, action, body))]).toEqual([
        action,
        403,
        'permission_denied',
      ]);
    }
    expect((await show(root.auth, id)).body).toMatchObject({ status: 'new', verified: false });
    const stopped = expectStatus(200, await run(key, id, 'suspend'));
    expect(await eventsOf(server, root.auth, stopped)).toContainEqual(
      expect.objectContaining({
        type: 'project.suspended',
        actor: expect.objectContaining({ type: 'api_key' }),
      }),
    );
    expect(codeOf(await run(key, id, 'activate'))).toEqual([403, 'project_suspended']);
  });

  it('of two that race, one wins and leaves its event', async () => {
    for (const [action, type, auth] of [
      ['suspend', 'project.suspended', owner.auth],
      ['delete', 'project.deleted', owner.auth],
      ['verify', 'project.verified', root.auth],
    ] as const) {
      const { id } = await teamProject();
      const body = { confirm: action === 'delete' ? 'Weather' : true };
      const answers = await Promise.all(Array.from({ length: 5 }, () => run(auth, id, action, body)));
      // Who comes after a deletion finds nothing.
      const late = answers.map(codeOf).filter(([status]) => status !== 200);
      expect([action, answers.length - late.length]).toEqual([action, 1]);
      for (const [status] of late) expect([409, 404]).toContain(status);
      expect(await projectEvents(server, root.auth, id, { type })).toHaveLength(1);
    }
  });
});

describe('a suspended project', () => {
  it('stops its keys on the next request, lets people read but not write, and comes back by its settings', async () => {
    const { id } = await teamProject();
    const { secret, api_key } = await createKey(server, owner.auth, id, { role_id: ROLE_IDS.administrator });
    for (const auth of [basic(secret), bearer(secret)]) {
      expectStatus(200, await server.api.get('/v1/whoami', { auth }));
    }
    expectStatus(200, await run(manager.auth, id, 'suspend'));
    for (const auth of [basic(secret), bearer(secret)]) {
      for (const path of ['/v1/whoami', '/v1/projects', `/v1/projects/${id}`, `/v1/lookup/${id}`]) {
        expect(codeOf(await server.api.get(path, { auth }))).toEqual([403, 'project_suspended']);
      }
    }

    const keys = `/v1/projects/${id}/api-keys`;
    for (const path of [
      `/v1/projects/${id}`,
      `/v1/projects/${id}/settings`,
      keys,
      `/v1/projects/${id}/events`,
    ]) {
      expect((await server.api.get(path, { auth: manager.auth })).status).toBe(200);
    }
    for (const send of [
      server.api.post(keys, { name: 'K' }, { auth: owner.auth }),
      server.api.patch(`${keys}/${api_key.id}`, { name: 'K' }, { auth: owner.auth }),
      server.api.post(`${keys}/${api_key.id}/regenerate`, {}, { auth: owner.auth }),
    ]) {
      expect(codeOf(await send)).toEqual([403, 'project_suspended']);
    }
    expectStatus(200, await edit(owner.auth, id, { purpose: 'Sorting it out', confirm: true }));

    expectStatus(200, await run(owner.auth, id, 'activate'));
    expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(secret) }));
    expectStatus(201, await server.api.post(keys, { name: 'K' }, { auth: owner.auth }));
  });
});

describe('a deleted project', () => {
  it('is gone for its keys and its people, and an admin brings it back', async () => {
    const { id } = await teamProject();
    const { secret } = await createKey(server, owner.auth, id);
    expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(secret) }));
    expectStatus(200, await run(owner.auth, id, 'delete', { confirm: 'Weather' }));

    for (const auth of [basic(secret), bearer(secret)]) {
      const answer = await server.api.get('/v1/whoami', { auth });
      expect(codeOf(answer)).toEqual([401, 'invalid_api_key']);
      expect(answer.headers.get('www-authenticate')).not.toBeNull();
    }
    for (const auth of [owner.auth, manager.auth, viewer.auth]) {
      for (const path of ['', '/settings', '/api-keys', '/events']) {
        const gone = await server.api.get(`/v1/projects/${id}${path}`, { auth });
        const unknown = await server.api.get(`/v1/projects/${UNKNOWN}${path}`, { auth });
        expect(gone.status).toBe(404);
        expect(sameAnswer(gone)).toEqual(sameAnswer(unknown));
      }
      expect(codeOf(await run(auth, id, 'activate'))).toEqual([404, 'not_found']);
      expect((await server.api.get(`/v1/lookup/${id}`, { auth })).status).toBe(404);
    }

    expect(await statusOf(id)).toBe('deleted');
    expect(codeOf(await edit(root.auth, id, { name: 'Ghost', confirm: true }))).toEqual([
      409,
      'invalid_transition',
    ]);
    const asked = await run(root.auth, id, 'activate', {});
    expect(asked.body.error.details).toMatchObject({ action: 'activate', from: 'deleted', to: 'activated' });
    const restored = expectStatus(200, await run(root.auth, id, 'activate'));
    expect(await eventOf(server, root.auth, restored)).toMatchObject({
      type: 'project.restored',
      changes: { status: { before: 'deleted', after: 'activated' } },
    });
    expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(secret) }));
    expectStatus(200, await server.api.get(`/v1/projects/${id}`, { auth: viewer.auth }));
  });
});
