import { projectEvents } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import {
  addMember,
  admin,
  createKey,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const ROUNDS = 6;

let server: TestServer;
let root: Person;
let owner: Person;
let anna: Person;
let ben: Person;

beforeAll(async () => {
  server = await startServer();
  [root, owner] = [await admin(server), await signUp(server)];
  [anna, ben] = [await signUp(server), await signUp(server)];
});

afterAll(() => server?.stop());

const call = (method: string, path: string, body?: unknown, auth = owner.auth) =>
  server.api.request(method, path, body, { auth });
const accept = (token: string) =>
  server.api.post('/v1/invitations/accept', { token, password: PASSWORD, first_name: 'A', name: 'B' });
const codes = (answers: Answer[]) => answers.map(({ status, body }) => body.error?.code ?? status).sort();

async function invited(projectId: string, email: string): Promise<{ id: string; token: string }> {
  const { body } = expectStatus(201, await call('POST', `/v1/projects/${projectId}/invitations`, { email }));
  return { id: body.id, token: tokenIn(await waitForMail(server, email, 'invitation'), 'invitation') };
}

async function teamOf(projectId: string): Promise<any[]> {
  const path = `/v1/projects/${projectId}/members`;
  return expectStatus(200, await call('GET', path, undefined, root.auth)).body.items;
}

async function owners(projectId: string): Promise<{ record: string; members: any[] }> {
  const { body } = expectStatus(200, await call('GET', `/v1/projects/${projectId}`, undefined, root.auth));
  return { record: body.owner.id, members: (await teamOf(projectId)).filter(item => item.owner) };
}

/** What must be true of every project at any time. */
async function expectOneOwner(projectId: string): Promise<string> {
  const { record, members } = await owners(projectId);
  expect(members).toMatchObject([{ user_id: record, status: 'active', role: { name: 'administrator' } }]);
  return record;
}

const rounds = Array.from({ length: ROUNDS }, (_, round) => round);

it('an invitation accepted four times at once makes one member and one account', async () => {
  const { id } = await createProject(server, owner.auth);
  for (const round of rounds) {
    const email = `accepts-${round}@people.example`;
    const { token } = await invited(id, email);
    const answers = await Promise.all([accept(token), accept(token), accept(token), accept(token)]);
    expect(codes(answers)).toEqual([200, 'invalid_token', 'invalid_token', 'invalid_token']);
    expect((await teamOf(id)).filter(item => item.email === email)).toMatchObject([{ status: 'active' }]);
  }
  expect(await projectEvents(server, owner.auth, id, { type: 'member.joined' })).toHaveLength(ROUNDS);
});

it('of accepting and taking back an invitation at once, one has an effect', async () => {
  const { id } = await createProject(server, owner.auth);
  for (const round of rounds) {
    const email = `revoked-${round}@people.example`;
    const invitation = await invited(id, email);
    const [accepted, revoked] = await Promise.all([
      accept(invitation.token),
      call('DELETE', `/v1/projects/${id}/invitations/${invitation.id}`),
    ]);
    const joined = (await teamOf(id)).some(item => item.email === email);
    expect(codes([accepted, revoked])).toEqual(joined ? [200, 'invalid_transition'] : [200, 'invalid_token']);
    expect(accepted.status === 200).toBe(joined);
  }
});

it('of accepting and declining at once, one has an effect', async () => {
  const { id } = await createProject(server, owner.auth);
  for (const round of rounds) {
    const { token } = await invited(id, `declined-${round}@people.example`);
    const answers = await Promise.all([accept(token), server.api.post('/v1/invitations/decline', { token })]);
    expect(codes(answers)).toEqual([200, 'invalid_token']);
  }
});

it('somebody invited four times at once is invited once', async () => {
  const { id } = await createProject(server, owner.auth);
  for (const round of rounds) {
    const body = { email: `invited-${round}@people.example` };
    const invite = () => call('POST', `/v1/projects/${id}/invitations`, body);
    const answers = await Promise.all([invite(), invite(), invite(), invite()]);
    expect(codes(answers)).toEqual([201, 'invitation_pending', 'invitation_pending', 'invitation_pending']);
  }
});

it('nobody is invited to a role that is deleted meanwhile', async () => {
  const { id } = await createProject(server, owner.auth);
  for (const round of rounds) {
    const named = { name: `Passing ${round}`, permissions: ['project:read'] };
    const role = expectStatus(201, await call('POST', `/v1/projects/${id}/roles`, named)).body;
    const body = { email: `to-a-role-${round}@people.example`, role_id: role.id };
    const [deleted, invitation] = await Promise.all([
      call('DELETE', `/v1/projects/${id}/roles/${role.id}`),
      call('POST', `/v1/projects/${id}/invitations`, body),
    ]);
    expectStatus(200, deleted);
    const rows = (await teamOf(id)).filter(item => item.email === body.email);
    expect(rows.map(row => row.role.name)).toEqual(invitation.status === 201 ? ['viewer'] : []);
    if (invitation.status !== 201) expect(codes([invitation])).toEqual(['validation_failed']);
  }
});

it('inviting beside accepting never leaves a member invited', async () => {
  const { id } = await createProject(server, owner.auth);
  for (const round of rounds) {
    const email = `again-${round}@people.example`;
    const { token } = await invited(id, email);
    const [accepted] = await Promise.all([
      accept(token),
      call('POST', `/v1/projects/${id}/invitations`, { email }),
      call('POST', `/v1/projects/${id}/invitations`, { email }),
    ]);
    expectStatus(200, accepted);
    expect((await teamOf(id)).filter(item => item.email === email)).toHaveLength(1);
  }
});

it('of two transfers at once, one has an effect', async () => {
  for (const _ of rounds) {
    const { id } = await createProject(server, owner.auth);
    const heirs = [await addMember(server, id, anna, 'member'), await addMember(server, id, ben, 'viewer')];
    const answers = await Promise.all(
      heirs.map(member_id =>
        call('POST', `/v1/projects/${id}/settings/transfer-ownership`, { confirm: true, member_id }),
      ),
    );
    // The second finds another owner: under its feet, or before it begins.
    const [won, lost] = codes(answers);
    expect(won).toBe(200);
    expect(['invalid_transition', 'permission_denied']).toContain(lost);
    expect([anna.user.id, ben.user.id]).toContain(await expectOneOwner(id));
    const events = await projectEvents(server, root.auth, id, { type: 'project.ownership_transferred' });
    expect(events).toHaveLength(1);
  }
});

it.each([
  ['removed', 'DELETE', '', undefined],
  ['suspended', 'POST', '/suspend', undefined],
  ['demoted', 'PATCH', '', { role_id: ROLE_IDS.viewer }],
])('a member %s while becoming the owner leaves one active owner', async (change, method, suffix, body) => {
  for (const _ of rounds) {
    const { id } = await createProject(server, owner.auth);
    const member_id = await addMember(server, id, anna, 'member');
    const [transferred, changed] = await Promise.all([
      call('POST', `/v1/projects/${id}/settings/transfer-ownership`, { confirm: true, member_id }),
      call(method, `/v1/projects/${id}/members/${member_id}${suffix}`, body, root.auth),
    ]);
    const now = await expectOneOwner(id);
    expect(now).toBe(transferred.status === 200 ? anna.user.id : owner.user.id);
    // A demotion before the transfer is undone by it; removal and suspension before it prevent it.
    if (transferred.status !== 200) expect(changed.status).toBe(200);
    else if (change !== 'demoted') expect(codes([changed])).toEqual(['owner_protected']);
  }
});

it('a member removed while issuing an own key leaves no key that works', async () => {
  for (const _ of rounds) {
    const { id } = await createProject(server, owner.auth);
    const member_id = await addMember(server, id, anna, 'member');
    await createKey(server, anna.auth, id, { member: true });
    const [removed] = await Promise.all([
      call('DELETE', `/v1/projects/${id}/members/${member_id}`),
      call('POST', `/v1/projects/${id}/api-keys`, { name: 'Late', member: true }, anna.auth),
      call('POST', `/v1/projects/${id}/api-keys`, { name: 'Later', member: true }, anna.auth),
    ]);
    expectStatus(200, removed);
    const { items } = expectStatus(200, await call('GET', `/v1/projects/${id}/api-keys`)).body;
    expect(items.map((key: any) => key.status)).toEqual(items.map(() => 'revoked'));
  }
});

it('a member removed twice at once is removed once', async () => {
  for (const _ of rounds) {
    const { id } = await createProject(server, owner.auth);
    const member_id = await addMember(server, id, anna, 'member');
    const remove = () => call('DELETE', `/v1/projects/${id}/members/${member_id}`);
    expect(codes(await Promise.all([remove(), remove(), remove()]))).toEqual([200, 'not_found', 'not_found']);
    expect(await projectEvents(server, owner.auth, id, { type: 'member.removed' })).toHaveLength(1);
  }
});
