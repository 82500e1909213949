import { codeOf, eventOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import {
  addMember,
  addToOrganization,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  signIn,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let root: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});

afterAll(() => server?.stop());

const act = (user: { id: string }, action: string, body: unknown = { confirm: true }, auth = root.auth) =>
  server.api.post(`/v1/users/${user.id}/${action}`, body, { auth });
const patch = (user: { id: string }, body: unknown, auth = root.auth) =>
  server.api.patch(`/v1/users/${user.id}`, body, { auth });
const me = (person: Person) => server.api.get('/v1/me', { auth: person.auth });
const attempt = ({ user, password }: Person) =>
  server.api.post('/v1/sessions', { email: user.email, password });

describe('confirmation', () => {
  it('says what would change and what it would affect, and changes nothing', async () => {
    const ada = await signUp(server);
    const owner = await signUp(server);
    const project = await createProject(server, owner.auth);
    await addMember(server, project.id, ada, 'member');
    await createKey(server, ada.auth, project.id, { member: true });
    for (const [action, from, to, key, place] of [
      ['suspend', 'activated', 'suspended', 'api_keys_stopped', 'memberships_stopped'],
      ['delete', 'activated', 'deleted', 'api_keys_revoked', 'memberships_ended'],
    ]) {
      const { error } = expectStatus(428, await act(ada.user, action!, {})).body;
      expect(error).toMatchObject({ code: 'confirmation_required', details: { action, from, to } });
      expect(error.details.effects).toEqual(
        expect.arrayContaining([
          { effect: 'sessions_ended', count: 1 },
          { effect: key, count: 1 },
          { effect: place, count: 1 },
        ]),
      );
    }
    const reset = expectStatus(428, await act(ada.user, 'reset-password', {})).body.error;
    expect(reset.details).toMatchObject({
      action: 'reset-password',
      effects: [{ effect: 'sessions_ended', count: 1 }],
    });
    expectStatus(200, await me(ada));
  });

  it('takes true, and for a deletion the e-mail address, but nothing else', async () => {
    const ada = await signUp(server);
    const grace = await signUp(server);
    expect(codeOf(await act(ada.user, 'suspend', { confirm: ada.user.email }))).toEqual([
      400,
      'validation_failed',
    ]);
    expect(codeOf(await act(ada.user, 'delete', { confirm: grace.user.email }))).toEqual([
      400,
      'validation_failed',
    ]);
    expect(codeOf(await act(ada.user, 'delete', { confirm: false }))).toEqual([428, 'confirmation_required']);
    expect(codeOf(await act(ada.user, 'vanish'))).toEqual([400, 'validation_failed']);
    expectStatus(200, await act(ada.user, 'delete', { confirm: ada.user.email }));
    expectStatus(200, await act(grace.user, 'delete', { confirm: true }));
  });
});

describe('suspending', () => {
  it('ends the sessions and stops their own keys until the account is activated again', async () => {
    const ada = await signUp(server);
    const owner = await signUp(server);
    const project = await createProject(server, owner.auth);
    await addMember(server, project.id, ada, 'member');
    const own = await createKey(server, ada.auth, project.id, { member: true });
    const shared = await createKey(server, owner.auth, project.id);
    const whoami = (secret: string) => server.api.get('/v1/whoami', { auth: basic(secret) });
    expectStatus(200, await whoami(own.secret));

    const answer = expectStatus(200, await act(ada.user, 'suspend', { confirm: true, reason: 'On leave' }));
    expect(answer.body).toMatchObject({ id: ada.user.id, status: 'suspended' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'user.suspended',
      reason: 'On leave',
      subject_user_id: ada.user.id,
      changes: { status: { before: 'activated', after: 'suspended' } },
      effects: [{ type: 'session.ended', target: { type: 'session', name: '1 sessions' } }],
    });
    expect(codeOf(await me(ada))).toEqual([401, 'invalid_session']);
    expect(codeOf(await attempt(ada))).toEqual([403, 'account_suspended']);
    expect(codeOf(await whoami(own.secret))).toEqual([403, 'api_key_suspended']);
    expectStatus(200, await whoami(shared.secret));
    const explain = await server.api.post(
      `/v1/projects/${project.id}/api-keys/${own.api_key.id}/explain`,
      {},
      { auth: owner.auth },
    );
    expect(explain.body.steps.find((step: any) => step.check === 'member_active')).toMatchObject({
      passed: false,
      reason: expect.stringContaining('account'),
    });

    const again = expectStatus(200, await act(ada.user, 'activate'));
    expect(await eventOf(server, root.auth, again)).toMatchObject({ type: 'user.activated' });
    expectStatus(200, await whoami(own.secret));
    expect(codeOf(await me(ada))).toEqual([401, 'invalid_session']);
    expectStatus(201, await attempt(ada));
  });

  it('is done once, and only to whom it fits', async () => {
    const ada = await signUp(server);
    const answers = await Promise.all([1, 2, 3, 4].map(() => act(ada.user, 'suspend')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    expect(codeOf(await act(ada.user, 'suspend'))).toEqual([409, 'invalid_transition']);
    expect(codeOf(await act(ada.user, 'reset-password'))).toEqual([409, 'invalid_transition']);
    expectStatus(200, await act(ada.user, 'activate'));
    expect(codeOf(await act(ada.user, 'activate'))).toEqual([409, 'invalid_transition']);
  });
});

describe('deleting', () => {
  it('ends memberships for good, and restoring gives back the account alone', async () => {
    const ada = await signUp(server);
    const owner = await signUp(server);
    const project = await createProject(server, owner.auth);
    const memberId = await addMember(server, project.id, ada, 'member');
    const { secret } = await createKey(server, ada.auth, project.id, { member: true });
    const { body: organization } = await server.api.post(
      '/v1/organizations',
      { name: 'Acme' },
      { auth: owner.auth },
    );
    await addToOrganization(server, organization.id, ada, 'admin');

    const answer = expectStatus(200, await act(ada.user, 'delete'));
    expect(answer.body.status).toBe('deleted');
    const event = await eventOf(server, root.auth, answer);
    expect(event.type).toBe('user.deleted');
    expect(event.effects.map((effect: any) => effect.type).sort()).toEqual([
      'api_key.revoked',
      'member.removed',
      'organization.member_removed',
      'session.ended',
    ]);
    expect(event.effects).toContainEqual(
      expect.objectContaining({
        type: 'member.removed',
        target: { type: 'member', id: memberId, name: null },
      }),
    );
    expect(codeOf(await me(ada))).toEqual([401, 'invalid_session']);
    expect(codeOf(await attempt(ada))).toEqual([401, 'invalid_credentials']);
    expect(codeOf(await server.api.get('/v1/whoami', { auth: basic(secret) }))).toEqual([
      401,
      'api_key_revoked',
    ]);
    expect(codeOf(await patch(ada.user, { name: 'X' }))).toEqual([409, 'invalid_transition']);

    const restored = expectStatus(200, await act(ada.user, 'activate'));
    expect(await eventOf(server, root.auth, restored)).toMatchObject({ type: 'user.restored' });
    const back = await signIn(server, ada.user.email, ada.password);
    expect((await server.api.get('/v1/projects', { auth: back.auth })).body.total_count).toBe(0);
    expect((await server.api.get('/v1/organizations', { auth: back.auth })).body.total_count).toBe(1);
    await createProject(server, back.auth);
  });

  it('is refused for owners of projects or organizations, before any confirmation', async () => {
    const ada = await signUp(server);
    const { body: organization } = await server.api.post(
      '/v1/organizations',
      { name: 'Acme' },
      { auth: ada.auth },
    );
    const project = await createProject(server, ada.auth, { organization_id: organization.id });
    const { error } = expectStatus(409, await act(ada.user, 'delete', {})).body;
    expect(error).toMatchObject({ code: 'owner_protected' });
    expect(error.details.owned).toEqual(
      expect.arrayContaining([
        { effect: 'organizations_owned', count: 1 },
        { effect: 'projects_owned', count: 1 },
      ]),
    );
    const settings = `/v1/projects/${project.id}/settings/delete`;
    expectStatus(200, await server.api.post(settings, { confirm: 'Weather' }, { auth: ada.auth }));
    expect(expectStatus(409, await act(ada.user, 'delete')).body.error.details.owned).toEqual([
      { effect: 'organizations_owned', count: 1 },
    ]);
  });

  it('never leaves a project without an owner, when one is created at the same time', async () => {
    for (let round = 0; round < 4; round++) {
      const ada = await signUp(server);
      const [deletion, creation] = await Promise.all([
        act(ada.user, 'delete'),
        server.api.post('/v1/projects', { name: 'Race', owner_id: ada.user.id }, { auth: root.auth }),
      ]);
      expect([deletion.status === 200, creation.status === 201].filter(Boolean)).toHaveLength(1);
    }
  });
});
