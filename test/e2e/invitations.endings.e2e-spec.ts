import { MemberEntity } from '../../src/modules/teams/member.entity.js';
import { codeOf, eventOf } from '../support/answers.js';
import { type Answer, basic } from '../support/client.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import {
  addMember,
  addRole,
  addToOrganization,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
  write,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let root: Person;
let owner: Person;
let inviter: Person;
let accomplice: Person;
let project: { id: string; [field: string]: any };
let membership: string;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
  inviter = await signUp(server);
  accomplice = await signUp(server);
});
afterAll(() => server.stop());

beforeEach(async () => {
  const organization = expectStatus(201, await server.api.post('/v1/organizations', { name: 'Acme' }, owner));
  project = await createProject(server, owner.auth, { organization_id: organization.body.id });
  membership = await addMember(server, project.id, inviter, 'administrator');
});

const of = (path: string) => `/v1/projects/${project.id}/${path}`;

/** Invites the accomplice; answers the invitation's id. */
async function invite(auth = inviter.auth, body: Record<string, unknown> = {}): Promise<string> {
  const email = accomplice.user.email;
  const role_id = ROLE_IDS.administrator;
  const answer = await server.api.post(of('invitations'), { email, role_id, ...body }, { auth });
  return expectStatus(201, answer).body.id;
}

async function statusOf(id: string): Promise<string> {
  const { body } = expectStatus(200, await server.api.get(of('invitations'), { auth: owner.auth }));
  return body.items.find((item: { id: string }) => item.id === id).status;
}

const accept = (id: string) => server.api.post(`/v1/me/invitations/${id}/accept`, undefined, accomplice);

/** That the invitation ended, and the event of what ended it counts it. */
async function expectEnded(id: string, by: Answer): Promise<void> {
  expectStatus(200, by);
  expect(await statusOf(id)).toBe('revoked');
  expect(codeOf(await accept(id))).toEqual([404, 'not_found']);
  expect((await eventOf(server, root.auth, by)).effects).toContainEqual({
    type: 'invitation.revoked',
    target: { type: 'invitation', id: 'pending', name: '1 invitations' },
    changes: { status: { before: 'pending', after: 'revoked' }, count: { before: null, after: 1 } },
  });
}

describe('somebody whom the organization has suspended', () => {
  it('is neither invited to one of its projects nor taken in, until activated again', async () => {
    const place = await addToOrganization(server, project.organization_id, accomplice, 'member');
    const path = `/v1/organizations/${project.organization_id}/members/${place}`;
    const id = await invite();
    expectStatus(200, await server.api.post(`${path}/suspend`, undefined, owner));
    expect(codeOf(await accept(id))).toEqual([409, 'invitee_suspended']);
    expect(await statusOf(id)).toBe('pending');
    expectStatus(200, await server.api.delete(of(`invitations/${id}`), undefined, owner));
    const again = await server.api.post(of('invitations'), { email: accomplice.user.email }, owner);
    expect(again.body.error).toMatchObject({ code: 'invitee_suspended', param: 'email' });
    expectStatus(200, await server.api.post(`${path}/activate`, undefined, owner));
    expectStatus(200, await accept(await invite()));
  });
});

describe('an invitation to a project ends when its inviter', () => {
  it('is removed; the mailed link is good for nothing', async () => {
    const id = await invite();
    const token = tokenIn(await waitForMail(server, accomplice.user.email, 'invitation'), 'invitation');
    const kept = expectStatus(
      201,
      await server.api.post(of('invitations'), { email: 'kept@people.example' }, { auth: owner.auth }),
    ).body.id;
    await expectEnded(id, await server.api.delete(of(`members/${membership}`), undefined, owner));
    expect(codeOf(await server.api.post('/v1/invitations/accept', { token }))).toEqual([
      400,
      'invalid_token',
    ]);
    expect(await statusOf(kept)).toBe('pending');
    // The address is free to be invited again.
    expect(await statusOf(await invite(owner.auth))).toBe('pending');
  });

  it('is suspended', async () => {
    const id = await invite();
    await expectEnded(id, await server.api.post(of(`members/${membership}/suspend`), undefined, owner));
  });

  it('is demoted below what it gives', async () => {
    const inviting = await addRole(server, project.id, ['project:read', 'members:read', 'members:write']);
    const id = await invite();
    const weak = expectStatus(
      201,
      await server.api.post(of('invitations'), { email: 'weak@people.example', role_id: inviting }, inviter),
    ).body.id;
    const demoted = await server.api.patch(of(`members/${membership}`), { role_id: inviting }, owner);
    await expectEnded(id, demoted);
    expect(await statusOf(weak)).toBe('pending');
  });

  it('holds a role that permits it no more', async () => {
    const role = await addRole(server, project.id, ['project:read', 'members:read', 'members:write']);
    expectStatus(200, await server.api.patch(of(`members/${membership}`), { role_id: role }, owner));
    const id = await invite(inviter.auth, { role_id: role });
    const body = { permissions: ['project:read', 'members:read'] };
    await expectEnded(id, await server.api.patch(of(`roles/${role}`), body, owner));
  });

  it('leaves the organization, or is suspended in it', async () => {
    const { organization_id } = project;
    const place = await addToOrganization(server, organization_id, inviter, 'member');
    const path = `/v1/organizations/${organization_id}/members/${place}`;
    const first = await invite();
    await expectEnded(first, await server.api.post(`${path}/suspend`, undefined, owner));
    expectStatus(200, await server.api.post(`${path}/activate`, undefined, owner));
    const second = await invite();
    await expectEnded(second, await server.api.delete(path, undefined, owner));
  });

  it('has the account suspended, which says so beforehand', async () => {
    const person = await signUp(server);
    await addMember(server, project.id, person, 'administrator');
    const id = await invite(person.auth);
    const path = `/v1/users/${person.user.id}/suspend`;
    const asked = expectStatus(428, await server.api.post(path, {}, root));
    expect(asked.body.error.details.effects).toContainEqual({ effect: 'invitations_ended', count: 1 });
    await expectEnded(id, await server.api.post(path, { confirm: true }, root));
  });

  it('is a key that is revoked, or given a weaker role, or whose member goes', async () => {
    const role_id = ROLE_IDS.administrator;
    const revoked = await createKey(server, owner.auth, project.id, { role_id });
    const first = await invite(basic(revoked.secret));
    await expectEnded(first, await server.api.delete(of(`api-keys/${revoked.api_key.id}`), undefined, owner));
    const weakened = await createKey(server, owner.auth, project.id, { role_id });
    const second = await invite(basic(weakened.secret));
    const weaker = { role_id: ROLE_IDS.viewer };
    await expectEnded(second, await server.api.patch(of(`api-keys/${weakened.api_key.id}`), weaker, owner));
    const own = await createKey(server, inviter.auth, project.id, { member: true });
    const third = await invite(basic(own.secret));
    await expectEnded(third, await server.api.delete(of(`members/${membership}`), undefined, owner));
  });
});

it('a project that is deleted takes its invitations along', async () => {
  await invite();
  const path = of('settings/delete');
  const asked = expectStatus(428, await server.api.post(path, {}, owner));
  expect(asked.body.error.details.effects).toContainEqual({ effect: 'invitations_ended', count: 1 });
  const answer = expectStatus(200, await server.api.post(path, { confirm: project.name }, owner));
  expect((await eventOf(server, root.auth, answer)).effects).toContainEqual(
    expect.objectContaining({ type: 'invitation.revoked' }),
  );
  expectStatus(200, await server.api.post(of('settings/activate'), { confirm: true }, root));
});

it('an invitation whose inviter lost the right unseen is not accepted', async () => {
  const id = await invite();
  await write(server, manager => manager.update(MemberEntity, { id: membership }, { status: 'suspended' }));
  expect(codeOf(await accept(id))).toEqual([404, 'not_found']);
  await write(server, manager => manager.update(MemberEntity, { id: membership }, { status: 'active' }));
  expectStatus(200, await accept(id));
});

describe('an invitation to an organization ends when its inviter', () => {
  const found = async () => {
    const { id } = expectStatus(
      201,
      await server.api.post('/v1/organizations', { name: 'Acme' }, owner),
    ).body;
    const place = await addToOrganization(server, id, inviter, 'admin');
    const body = { email: accomplice.user.email, role: 'admin' };
    const path = `/v1/organizations/${id}`;
    const invitation = expectStatus(201, await server.api.post(`${path}/invitations`, body, inviter)).body.id;
    return { path, place: `${path}/members/${place}`, invitation };
  };

  it.each([
    ['is demoted', (place: string) => server.api.patch(place, { role: 'member' }, owner)],
    ['is suspended', (place: string) => server.api.post(`${place}/suspend`, undefined, owner)],
    ['is removed', (place: string) => server.api.delete(place, undefined, owner)],
  ])('%s', async (_, lose) => {
    const { path, place, invitation } = await found();
    const lost = expectStatus(200, await lose(place));
    const { items } = expectStatus(200, await server.api.get(`${path}/invitations`, owner)).body;
    expect(items).toEqual([expect.objectContaining({ id: invitation, status: 'revoked' })]);
    expect(codeOf(await accept(invitation))).toEqual([404, 'not_found']);
    expect((await eventOf(server, root.auth, lost)).effects).toContainEqual(
      expect.objectContaining({ type: 'invitation.revoked' }),
    );
  });
});
