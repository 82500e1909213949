import { eventOf } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import {
  addMember,
  addToOrganization,
  admin,
  createProject,
  expectStatus,
  type Person,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let root: Person;
let owner: Person;
let person: Person;
let organization: string;
let path: string;
let place: string;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
  person = await signUp(server);
});
afterAll(() => server.stop());

beforeEach(async () => {
  organization = expectStatus(201, await server.api.post('/v1/organizations', { name: 'Acme' }, owner)).body
    .id;
  path = `/v1/organizations/${organization}`;
  place = await addToOrganization(server, organization, person, 'admin');
});

const codeOf = ({ status, body }: Answer) => [status, body.error?.code];

it('an organization without projects is deleted by its owner, once its name was typed', async () => {
  expectStatus(201, await server.api.post(`${path}/invitations`, { email: 'later@people.example' }, owner));
  const project = await createProject(server, owner.auth, { organization_id: organization });
  expect(codeOf(await server.api.delete(path, { confirm: 'Acme' }, owner))).toEqual([
    409,
    'organization_not_empty',
  ]);
  const gone = { confirm: project.name };
  expectStatus(200, await server.api.post(`/v1/projects/${project.id}/settings/delete`, gone, owner));
  expect(codeOf(await server.api.delete(path, { confirm: 'Acme' }, person))).toEqual([
    403,
    'permission_denied',
  ]);
  const asked = expectStatus(428, await server.api.delete(path, undefined, owner));
  expect(asked.body.error.details.effects).toEqual([{ effect: 'organization_members_removed', count: 2 }]);
  expect(codeOf(await server.api.delete(path, { confirm: 'acme' }, owner))).toEqual([
    400,
    'validation_failed',
  ]);

  const answer = expectStatus(200, await server.api.delete(path, { confirm: 'Acme' }, owner));
  expect(answer.body).toEqual({ id: organization, deleted: true });
  const event = await eventOf(server, root.auth, answer);
  expect(event).toMatchObject({ type: 'organization.deleted', target: { id: organization, name: 'Acme' } });
  expect(event.effects.map(({ type }: { type: string }) => type)).toEqual([
    'organization.member_removed',
    'invitation.revoked',
  ]);
  for (const who of [owner, person, root]) expectStatus(404, await server.api.get(path, who));
  const body = { name: 'Late', organization_id: organization };
  expect(codeOf(await server.api.post('/v1/projects', body, owner))).toEqual([400, 'validation_failed']);
  // A project of it is restored into the personal organization of its owner.
  const restore = `/v1/projects/${project.id}/settings/activate`;
  const restored = expectStatus(200, await server.api.post(restore, { confirm: true }, root)).body;
  expect(restored.organization_id).not.toBe(organization);
});

it('a personal organization stays', async () => {
  const { items } = expectStatus(200, await server.api.get('/v1/organizations', owner)).body;
  const { id, name } = items.find((item: { personal: boolean }) => item.personal);
  const answer = await server.api.delete(`/v1/organizations/${id}`, { confirm: name }, owner);
  expect(codeOf(answer)).toEqual([409, 'invalid_transition']);
});

it('its owner transfers or deletes the projects of members, and so can remove them', async () => {
  const [kept, dropped] = [
    await createProject(server, person.auth, { organization_id: organization }),
    await createProject(server, person.auth, { organization_id: organization }),
  ];
  const member_id = await addMember(server, kept.id, owner, 'member');
  expect(codeOf(await server.api.delete(`${path}/members/${place}`, undefined, owner))).toEqual([
    409,
    'owner_protected',
  ]);
  const transfer = { confirm: true, member_id };
  expectStatus(
    200,
    await server.api.post(`/v1/projects/${kept.id}/settings/transfer-ownership`, transfer, owner),
  );
  const gone = { confirm: dropped.name };
  expectStatus(200, await server.api.post(`/v1/projects/${dropped.id}/settings/delete`, gone, owner));
  expectStatus(200, await server.api.delete(`${path}/members/${place}`, undefined, owner));
});
