import { codeOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import {
  admin,
  createKey,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  ROLE_IDS,
  signIn,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

const UNKNOWN = 'mbr_01kaj0v7w3m6tn5x9q2e8rfyzd';

let server: TestServer;
let owner: Person;
let root: Person;
let project: { id: string };

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server, { first_name: 'Olga', name: 'Owner' });
  root = await admin(server);
  project = await createProject(server, owner.auth);
});

afterAll(() => server?.stop());

const path = (rest: string, id = project.id) => `/v1/projects/${id}/${rest}`;
const invite = (body: object, auth = owner.auth, id?: string) =>
  server.api.post(path('invitations', id), body, { auth });
const team = async (query: Record<string, string | number> = {}, auth = owner.auth) =>
  expectStatus(200, await server.api.get(path('members'), { auth, query })).body;

/** Invites a person, who accepts signed in; answers the member as the team sees it. */
async function join(person: Person, role_id = ROLE_IDS.member, id = project.id): Promise<{ id: string }> {
  const invitation = expectStatus(201, await invite({ email: person.user.email, role_id }, owner.auth, id));
  const accept = `/v1/me/invitations/${invitation.body.id}/accept`;
  expectStatus(200, await server.api.post(accept, undefined, { auth: person.auth }));
  const { items } = expectStatus(200, await server.api.get(path('members', id), { auth: owner.auth })).body;
  return items.find((item: any) => item.user_id === person.user.id);
}

const act = (member: { id: string }, action: string, auth = owner.auth) =>
  server.api.post(path(`members/${member.id}/${action}`), undefined, { auth });
const remove = (member: { id: string }, auth = owner.auth) =>
  server.api.delete(path(`members/${member.id}`), undefined, { auth });
const setRole = (member: { id: string }, role_id: string, auth = owner.auth) =>
  server.api.patch(path(`members/${member.id}`), { role_id }, { auth });

async function lastEvent(targetId: string): Promise<any> {
  const query = { target_id: targetId };
  return expectStatus(200, await server.api.get(path('events'), { auth: owner.auth, query })).body.items[0];
}

describe('GET /v1/projects/:id/members', () => {
  it('shows the owner, members and the invited, newest first', async () => {
    const ada = await signUp(server, { first_name: 'Ada', name: 'Lovelace' });
    const member = await join(ada);
    const email = 'new-colleague@people.example';
    const invitation = expectStatus(
      201,
      await invite({ email, role_id: ROLE_IDS.viewer, name: 'Hopper' }),
    ).body;
    const { items, total_count } = await team();
    expect(total_count).toBe(3);
    expect(items.map((item: any) => item.id)).toEqual([
      invitation.id,
      member.id,
      expect.stringMatching(/^mbr_/),
    ]);
    expect(items[0]).toEqual({
      id: invitation.id,
      user_id: null,
      name: 'Hopper',
      email,
      status: 'invited',
      role: { id: ROLE_IDS.viewer, name: 'viewer' },
      owner: false,
      last_sign_in: null,
      added_at: invitation.created_at,
    });
    expect(items[1]).toMatchObject({
      user_id: ada.user.id,
      name: 'Ada Lovelace',
      email: ada.user.email,
      status: 'active',
      role: { id: ROLE_IDS.member, name: 'member' },
      owner: false,
    });
    expect(items[1].last_sign_in.at).toMatch(/^\d{4}-.*Z$/);
    expect(items[2]).toMatchObject({
      user_id: owner.user.id,
      owner: true,
      role: { id: ROLE_IDS.administrator, name: 'administrator' },
    });
  });

  it('pages across members and the invited without losing or repeating anybody', async () => {
    const all = (await team()).items.map((item: any) => item.id);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: any = await team({ limit: 1, ...(cursor ? { cursor } : {}) });
      expect(page.total_count).toBe(all.length);
      paged.push(...page.items.map((item: any) => item.id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(paged).toEqual(all);
  });

  it('filters by status, and searches name and e-mail literally', async () => {
    const invited = await team({ status: 'invited' });
    expect(invited.items.every((item: any) => item.status === 'invited')).toBe(true);
    expect(invited.total_count).toBe(1);
    expect((await team({ status: 'suspended' })).items).toEqual([]);
    expect((await team({ q: 'LOVELACE' })).total_count).toBe(1);
    expect((await team({ q: 'hopper' })).items[0].status).toBe('invited');
    expect((await team({ q: '%' })).items).toEqual([]);
  });

  it('refuses what it cannot show', async () => {
    const stranger = await signUp(server);
    expect(codeOf(await server.api.get(path('members')))).toEqual([401, 'missing_api_key']);
    const unknown = await server.api.get(path('members', 'prj_01kaj0v7w3m6tn5x9q2e8rfyzd'), {
      auth: stranger.auth,
    });
    const foreign = await server.api.get(path('members'), { auth: stranger.auth });
    expect(codeOf(foreign)).toEqual([404, 'not_found']);
    expect({ ...foreign.body.error, request_id: '' }).toEqual({ ...unknown.body.error, request_id: '' });
    expect(codeOf(await server.api.get(path('members?status=gone'), { auth: owner.auth }))).toEqual([
      400,
      'validation_failed',
    ]);
  });
});

describe('inviting', () => {
  it('mails a link to somebody without an account, who sets a password and joins', async () => {
    const email = 'grace@people.example';
    const { body } = expectStatus(201, await invite({ email: 'Grace@People.example', first_name: 'Grace' }));
    expect(body).toMatchObject({ email, status: 'pending', role: { id: ROLE_IDS.member, name: 'member' } });
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(7 * 24 * 60 * 60 * 1000);
    expect(await lastEvent(body.id)).toMatchObject({
      type: 'member.invited',
      actor: { id: owner.user.id, role: 'administrator' },
      changes: { email: { after: email }, role: { after: 'member' } },
    });

    const mail = await waitForMail(server, email, 'invitation');
    expect(mail.subject).toBe('Invitation to the project Weather');
    expect(mail.text).toContain('Olga Owner invites you to the project Weather, as member.');
    const token = tokenIn(mail, 'invitation');

    const without = await server.api.post('/v1/invitations/accept', { token });
    expect(codeOf(without)).toEqual([400, 'validation_failed']);
    expect(without.body.error.details.errors[0].param).toBe('password');
    const weak = await server.api.post('/v1/invitations/accept', {
      token,
      name: 'Hopper',
      password: 'short',
    });
    expect(codeOf(weak)).toEqual([400, 'validation_failed']);

    const input = { token, name: 'Hopper', password: PASSWORD };
    const accepted = expectStatus(200, await server.api.post('/v1/invitations/accept', input)).body;
    expect(accepted).toMatchObject({
      account_created: true,
      invitation: { id: body.id, status: 'accepted', project: { id: project.id, name: 'Weather' } },
    });
    const grace = await signIn(server, email, PASSWORD);
    expectStatus(200, await server.api.get(path('members'), { auth: grace.auth }));
    const [item] = (await team({ q: 'grace' })).items;
    expect(item).toMatchObject({ name: 'Grace Hopper', status: 'active', user_id: grace.user.id });
    expect(await lastEvent(item.id)).toMatchObject({
      type: 'member.joined',
      actor: { type: 'user', id: grace.user.id },
      subject_user_id: grace.user.id,
      effects: [{ type: 'user.created' }, { type: 'organization.created' }],
    });
    expect(codeOf(await server.api.post('/v1/invitations/accept', input))).toEqual([400, 'invalid_token']);
  });

  it('shows the invited what waits for them, to accept or decline signed in', async () => {
    const elsewhere = await createProject(server, owner.auth, { name: 'Tides' });
    const ida = await signUp(server);
    const first = expectStatus(201, await invite({ email: ida.user.email })).body;
    const second = expectStatus(201, await invite({ email: ida.user.email }, owner.auth, elsewhere.id)).body;
    const mine = async () =>
      expectStatus(200, await server.api.get('/v1/me/invitations', { auth: ida.auth })).body;
    expect((await mine()).items).toMatchObject([
      { id: second.id, project: { name: 'Tides' }, invited_by: { name: 'Olga Owner' } },
      { id: first.id, project: { name: 'Weather' } },
    ]);
    // Nobody learns from a list whether an address has an account.
    expect((await team({ q: ida.user.email })).items[0]).toMatchObject({
      status: 'invited',
      user_id: null,
    });
    const decline = `/v1/me/invitations/${second.id}/decline`;
    expect(codeOf(await server.api.post(decline, undefined, { auth: owner.auth }))).toEqual([
      404,
      'not_found',
    ]);
    expectStatus(200, await server.api.post(decline, undefined, { auth: ida.auth }));
    const accept = `/v1/me/invitations/${first.id}/accept`;
    const { body } = expectStatus(200, await server.api.post(accept, undefined, { auth: ida.auth }));
    expect(body.account_created).toBe(false);
    expect((await mine()).items).toEqual([]);
    expect(await lastEvent(first.id)).toMatchObject({ type: 'member.invited' });
    const events = await server.api.get(path('events', elsewhere.id), {
      auth: owner.auth,
      query: { target_id: second.id, type: 'invitation.declined' },
    });
    expect(events.body.items).toHaveLength(1);
  });

  it('is declined by token without an account', async () => {
    const email = 'no-thanks@people.example';
    const { body } = expectStatus(201, await invite({ email }));
    const token = tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');
    const declined = expectStatus(200, await server.api.post('/v1/invitations/decline', { token })).body;
    expect(declined).toMatchObject({ id: body.id, status: 'declined' });
    expect(await lastEvent(body.id)).toMatchObject({
      type: 'invitation.declined',
      actor: { type: 'anonymous' },
    });
    expect((await team({ q: email })).items).toEqual([]);
    expect(codeOf(await server.api.post('/v1/invitations/accept', { token, password: PASSWORD }))).toEqual([
      400,
      'invalid_token',
    ]);
  });

  it('is sent again with a new link, and taken back', async () => {
    const email = 'resent@people.example';
    const { body } = expectStatus(201, await invite({ email }));
    const first = tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');
    expectStatus(
      200,
      await server.api.post(path(`invitations/${body.id}/resend`), undefined, { auth: owner.auth }),
    );
    expect(await lastEvent(body.id)).toMatchObject({ type: 'invitation.resent' });
    expect(codeOf(await server.api.post('/v1/invitations/decline', { token: first }))).toEqual([
      400,
      'invalid_token',
    ]);
    const revoke = () => server.api.delete(path(`invitations/${body.id}`), undefined, { auth: owner.auth });
    expect((await revoke()).body).toEqual({ id: body.id, deleted: true });
    expect(await lastEvent(body.id)).toMatchObject({ type: 'invitation.revoked' });
    expect(codeOf(await revoke())).toEqual([409, 'invalid_transition']);
    const { items } = (await server.api.get(path('invitations?status=revoked'), { auth: owner.auth })).body;
    expect(items).toMatchObject([{ id: body.id, status: 'revoked' }]);
  });

  it('refuses those who are there or invited already, with different codes', async () => {
    expect(codeOf(await invite({ email: owner.user.email }))).toEqual([409, 'member_already_active']);
    const email = 'twice@people.example';
    expectStatus(201, await invite({ email }));
    expect(codeOf(await invite({ email }))).toEqual([409, 'invitation_pending']);
  });

  it('refuses bad input, unknown roles and people without the right', async () => {
    const viewer = await signUp(server);
    await join(viewer, ROLE_IDS.viewer);
    for (const body of [{}, { email: 'nobody' }, { email: 'a@b.example', role: ROLE_IDS.member }])
      expect(codeOf(await invite(body))).toEqual([400, 'validation_failed']);
    expect((await invite({ email: 'a@b.example', role_id: UNKNOWN })).body.error.param).toBe('role_id');
    expect(codeOf(await invite({ email: 'a@b.example' }, viewer.auth))).toEqual([403, 'permission_denied']);
    const resend = path('invitations/inv_01kaj0v7w3m6tn5x9q2e8rfyzd/resend');
    expect(codeOf(await server.api.post(resend, undefined, { auth: owner.auth }))).toEqual([
      404,
      'not_found',
    ]);
  });
});

describe('changing members', () => {
  it('gives another role, which acts on the next request', async () => {
    const person = await signUp(server);
    const member = await join(person);
    const upload = () => server.api.get(path('settings'), { auth: person.auth });
    expectStatus(200, await upload());
    expect(expectStatus(200, await setRole(member, ROLE_IDS.viewer)).body).toMatchObject({
      id: member.id,
      role: { id: ROLE_IDS.viewer, name: 'viewer' },
    });
    expect(codeOf(await upload())).toEqual([403, 'permission_denied']);
    expect(await lastEvent(member.id)).toMatchObject({
      type: 'member.role_changed',
      subject_user_id: person.user.id,
      changes: { role: { before: 'member', after: 'viewer' } },
    });
  });

  it('suspends and activates again: the person loses the project, their keys stop, reversibly', async () => {
    const person = await signUp(server);
    const member = await join(person);
    const own = await createKey(server, person.auth, project.id, { member: true });
    const whoami = () => server.api.get('/v1/whoami', { auth: basic(own.secret) });
    expectStatus(200, await whoami());

    expect(expectStatus(200, await act(member, 'suspend')).body.status).toBe('suspended');
    expect(codeOf(await server.api.get(path('members'), { auth: person.auth }))).toEqual([404, 'not_found']);
    expectStatus(200, await server.api.get('/v1/me', { auth: person.auth }));
    expect(codeOf(await whoami())).toEqual([403, 'api_key_suspended']);
    expect(codeOf(await act(member, 'suspend'))).toEqual([409, 'invalid_transition']);
    expect(codeOf(await invite({ email: person.user.email }))).toEqual([409, 'member_already_active']);
    expect((await team({ status: 'suspended' })).items).toMatchObject([{ id: member.id }]);

    expect(expectStatus(200, await act(member, 'activate')).body.status).toBe('active');
    expectStatus(200, await server.api.get(path('members'), { auth: person.auth }));
    expectStatus(200, await whoami());
    expect(await lastEvent(member.id)).toMatchObject({
      type: 'member.activated',
      changes: { status: { before: 'suspended', after: 'active' } },
    });
  });

  it('removes for good: keys revoked, the person told; invited again, a new member', async () => {
    const person = await signUp(server, { first_name: 'Rita' });
    const member = await join(person);
    const own = await createKey(server, person.auth, project.id, { member: true, name: 'Laptop' });
    const shared = await createKey(server, owner.auth, project.id);
    expect((await remove(member)).body).toEqual({ id: member.id, deleted: true });

    expect(codeOf(await server.api.get(path('members'), { auth: person.auth }))).toEqual([404, 'not_found']);
    expect(codeOf(await server.api.get('/v1/whoami', { auth: basic(own.secret) }))).toEqual([
      401,
      'api_key_revoked',
    ]);
    expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(shared.secret) }));
    expect(codeOf(await remove(member))).toEqual([404, 'not_found']);
    const event = await lastEvent(member.id);
    expect(event).toMatchObject({
      type: 'member.removed',
      target: { type: 'member', id: member.id, name: person.user.email },
      subject_user_id: person.user.id,
      effects: [{ type: 'api_key.revoked', target: { type: 'api_key', id: own.api_key.id, name: 'Laptop' } }],
    });
    const mail = await waitFor('the mail about the removal', async () =>
      (await server.mails()).find(
        ({ subject }) => subject === 'You are no longer a member of the project Weather',
      ),
    );
    expect(mail.to).toMatchObject([{ address: person.user.email }]);
    expect(mail.text).toContain('Hello Rita');

    const again = await join(person, ROLE_IDS.viewer);
    expect(again.id).not.toBe(member.id);
    expect(again).toMatchObject({ role: { name: 'viewer' }, status: 'active' });
    expectStatus(200, await server.api.get(path('members'), { auth: person.auth }));
    expect(codeOf(await server.api.get('/v1/whoami', { auth: basic(own.secret) }))).toEqual([
      401,
      'api_key_revoked',
    ]);
  });

  it('protects the owner from everybody', async () => {
    const [own] = (await team({ q: owner.user.email })).items;
    for (const auth of [owner.auth, root.auth]) {
      for (const answer of [
        await setRole(own, ROLE_IDS.viewer, auth),
        await act(own, 'suspend', auth),
        await act(own, 'activate', auth),
        await remove(own, auth),
      ])
        expect(codeOf(answer)).toEqual([409, 'owner_protected']);
    }
  });

  it('refuses people without the right, members of other projects and unknown ones alike', async () => {
    const viewer = await signUp(server);
    const member = await join(viewer, ROLE_IDS.viewer);
    for (const answer of [
      await setRole(member, ROLE_IDS.member, viewer.auth),
      await act(member, 'suspend', viewer.auth),
      await remove(member, viewer.auth),
    ])
      expect(codeOf(answer)).toEqual([403, 'permission_denied']);
    const stranger = await signUp(server);
    const other = await createProject(server, stranger.auth);
    for (const id of [UNKNOWN, member.id]) {
      const where = path(`members/${id}`, other.id);
      const answer = await server.api.delete(where, undefined, { auth: stranger.auth });
      expect(codeOf(answer)).toEqual([404, 'not_found']);
    }
    expect(codeOf(await server.api.delete(path(`members/${member.id}`)))).toEqual([401, 'missing_api_key']);
  });

  it('lets platform admins do everything', async () => {
    const person = await signUp(server);
    const member = await join(person);
    expectStatus(200, await setRole(member, ROLE_IDS.administrator, root.auth));
    expectStatus(200, await act(member, 'suspend', root.auth));
    expectStatus(200, await remove(member, root.auth));
    expect(await lastEvent(member.id)).toMatchObject({ actor: { role: 'platform_admin' } });
  });
});

describe('a key with members:write', () => {
  it('manages the team within its own permissions', async () => {
    const key = await createKey(server, owner.auth, project.id, { role_id: ROLE_IDS.administrator });
    const auth = basic(key.secret);
    const person = await signUp(server);
    const invitation = expectStatus(201, await invite({ email: person.user.email }, auth)).body;
    expect(invitation.invited_by).toEqual({ id: key.api_key.id, name: 'Script' });
    const accept = `/v1/me/invitations/${invitation.id}/accept`;
    expectStatus(200, await server.api.post(accept, undefined, { auth: person.auth }));
    const [member] = (await team({ q: person.user.email })).items;
    expectStatus(200, await act(member, 'suspend', auth));
    const readOnly = await createKey(server, owner.auth, project.id, { role_id: ROLE_IDS.viewer });
    expectStatus(200, await server.api.get(path('members'), { auth: basic(readOnly.secret) }));
    expect(codeOf(await remove(member, basic(readOnly.secret)))).toEqual([403, 'permission_denied']);
  });
});
