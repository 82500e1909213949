import type { Permission } from '../../src/kernel/access/permissions.js';
import { codeOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import {
  addMember,
  addRole,
  addToOrganization,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

/** Manages the team, and may otherwise only look. */
const MANAGER: Permission[] = ['project:read', 'members:read', 'members:write'];

let server: TestServer;
let owner: Person;
let manager: Person;
let project: { id: string; [field: string]: any };
let managerRole: string;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  manager = await signUp(server);
  project = await createProject(server, owner.auth);
  managerRole = await addRole(server, project.id, MANAGER);
  await addMember(server, project.id, manager, managerRole);
});

afterAll(() => server?.stop());

const path = (rest: string) => `/v1/projects/${project.id}/${rest}`;
const invite = (email: string, role_id: string | undefined, auth = manager.auth) =>
  server.api.post(path('invitations'), { email, ...(role_id ? { role_id } : {}) }, { auth });
const setRole = (id: string, role_id: string, auth = manager.auth) =>
  server.api.patch(path(`members/${id}`), { role_id }, { auth });
const act = (id: string, action: string, auth = manager.auth) =>
  server.api.post(path(`members/${id}/${action}`), undefined, { auth });
const remove = (id: string, auth = manager.auth) =>
  server.api.delete(path(`members/${id}`), undefined, { auth });
const ESCALATION = [403, 'permission_escalation'];

/** A new person in the team, as the given role; answers the member's id. */
const newMember = async (role: string, status: 'active' | 'suspended' = 'active') =>
  addMember(server, project.id, await signUp(server), role, status);

it('nobody invites to a role that permits more than their own', async () => {
  for (const role of [ROLE_IDS.administrator, ROLE_IDS.member, undefined]) {
    const answer = await invite('more@people.example', role);
    expect(codeOf(answer)).toEqual(ESCALATION);
    expect(answer.body.error.details.lacking).toContain('billing:write');
  }
  expectStatus(201, await invite('same@people.example', managerRole));
});

it('nobody sends an invitation again that they could not have made', async () => {
  const { body } = expectStatus(
    201,
    await invite('admin@people.example', ROLE_IDS.administrator, owner.auth),
  );
  const resend = (auth: string) =>
    server.api.post(path(`invitations/${body.id}/resend`), undefined, { auth });
  expect(codeOf(await resend(manager.auth))).toEqual(ESCALATION);
  expectStatus(200, await resend(owner.auth));
});

it('nobody gives a role that permits more than their own', async () => {
  const member = await newMember('viewer');
  for (const role of [ROLE_IDS.administrator, ROLE_IDS.member])
    expect(codeOf(await setRole(member, role))).toEqual(ESCALATION);
  expectStatus(200, await setRole(member, managerRole));
});

it('nobody demotes, suspends or removes somebody who may do all they may, and more', async () => {
  const administrator = await newMember('administrator');
  expect(codeOf(await setRole(administrator, managerRole))).toEqual(ESCALATION);
  expect(codeOf(await act(administrator, 'suspend'))).toEqual(ESCALATION);
  expect(codeOf(await remove(administrator))).toEqual(ESCALATION);
  const suspended = await newMember('administrator', 'suspended');
  expect(codeOf(await act(suspended, 'activate'))).toEqual(ESCALATION);
});

it('whoever manages the team stops and removes those who do not', async () => {
  const member = await newMember('member');
  expectStatus(200, await act(member, 'suspend'));
  expectStatus(200, await act(member, 'activate'));
  expectStatus(200, await remove(member));
});

it('administrators manage one another', async () => {
  const administrator = await signUp(server);
  await addMember(server, project.id, administrator, 'administrator');
  const other = await newMember('administrator');
  expectStatus(200, await act(other, 'suspend', administrator.auth));
  expectStatus(200, await act(other, 'activate', administrator.auth));
  expectStatus(200, await setRole(other, ROLE_IDS.viewer, administrator.auth));
  expectStatus(200, await remove(other, administrator.auth));
});

it("a member's own key cannot do to the member what it could not do itself", async () => {
  const administrator = await signUp(server);
  const id = await addMember(server, project.id, administrator, 'administrator');
  const { secret } = await createKey(server, administrator.auth, project.id, {
    member: true,
    role_id: managerRole,
  });
  expect(codeOf(await setRole(id, managerRole, basic(secret)))).toEqual(ESCALATION);
  expect(codeOf(await invite('by-key@people.example', undefined, basic(secret)))).toEqual(ESCALATION);
});

it('owners and admins of the organization act as administrators, its members do not', async () => {
  const admin = await signUp(server);
  const plain = await signUp(server);
  await addToOrganization(server, project.organization_id, admin, 'admin');
  await addToOrganization(server, project.organization_id, plain, 'member');
  const member = await newMember('administrator');
  expectStatus(200, await setRole(member, ROLE_IDS.member, admin.auth));
  expectStatus(201, await invite('by-admin@people.example', ROLE_IDS.administrator, admin.auth));
  expectStatus(200, await remove(member, admin.auth));
  expect(codeOf(await server.api.get(path('members'), { auth: plain.auth }))).toEqual([404, 'not_found']);
});

it('shows nobody what is hidden from their role, nor lets them find it out', async () => {
  const viewer = await signUp(server);
  await addMember(server, project.id, viewer, 'viewer');
  for (const attribute of ['member.last_sign_in', 'member.email']) {
    const body = { attribute, hidden_from: [ROLE_IDS.viewer] };
    expectStatus(201, await server.api.post(path('attribute-visibility'), body, { auth: owner.auth }));
  }
  const seen = async (auth: string) =>
    expectStatus(200, await server.api.get(path('members'), { auth })).body.items[0];
  expect(await seen(viewer.auth)).toMatchObject({ email: '[REDACTED]', last_sign_in: '[REDACTED]' });
  expect((await seen(owner.auth)).email).toBe(viewer.user.email);
  expect(codeOf(await server.api.get(path('members?q=ada'), { auth: viewer.auth }))).toEqual([
    403,
    'attribute_hidden',
  ]);
});

it('deleting a role makes viewers of those who are invited to it, too', async () => {
  const { body: role } = expectStatus(
    201,
    await server.api.post(
      path('roles'),
      { name: 'Auditor', permissions: ['audit:read'] },
      { auth: owner.auth },
    ),
  );
  const person = await signUp(server);
  const invitation = expectStatus(201, await invite(person.user.email, role.id, owner.auth)).body;
  expect(invitation.role).toEqual({ id: role.id, name: 'Auditor' });
  expectStatus(200, await server.api.delete(path(`roles/${role.id}`), undefined, { auth: owner.auth }));
  const accept = `/v1/me/invitations/${invitation.id}/accept`;
  const accepted = await server.api.post(accept, undefined, { auth: person.auth });
  expect(expectStatus(200, accepted).body.invitation.role).toEqual({ id: ROLE_IDS.viewer, name: 'viewer' });
});
