import { codeOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import {
  addMember,
  addToOrganization,
  admin,
  createKey,
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

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
  person = await signUp(server);
});
afterAll(() => server.stop());

const BY_PLATFORM = [403, 'suspended_by_platform'];
const IN_VAIN = [409, 'invalid_transition'];
const DENIED = [403, 'permission_denied'];

it('a project suspended by a platform admin is activated by one only, and the settings hub says so', async () => {
  const { id } = await createProject(server, owner.auth);
  const settings = `/v1/projects/${id}/settings`;
  const activation = async () => {
    const { body } = expectStatus(200, await server.api.get(settings, owner));
    return body.actions.find(({ action }: { action: string }) => action === 'activate');
  };
  const run = (action: string, who: Person) =>
    server.api.post(`${settings}/${action}`, { confirm: true, reason: 'Abuse' }, who);

  expectStatus(200, await run('suspend', root));
  expect(codeOf(await run('activate', owner))).toEqual(BY_PLATFORM);
  expect(codeOf(await server.api.post(`${settings}/activate`, {}, owner))).toEqual(BY_PLATFORM);
  expect(await activation()).toMatchObject({
    available: false,
    reason: 'A platform admin suspended this; only a platform admin can activate it again.',
  });
  expect(expectStatus(200, await run('activate', root)).body.status).toBe('activated');

  // Suspended by its own people, it is theirs to activate.
  expectStatus(200, await run('suspend', owner));
  expect(await activation()).toMatchObject({ available: true });
  expectStatus(200, await run('activate', owner));

  // That they suspended it first keeps no admin from doing so.
  expectStatus(200, await run('suspend', owner));
  expect(codeOf(await run('suspend', owner))).toEqual(IN_VAIN);
  expect(expectStatus(200, await run('suspend', root)).body.status).toBe('suspended');
  expect(codeOf(await run('suspend', root))).toEqual(IN_VAIN);
  expect(codeOf(await run('activate', owner))).toEqual(BY_PLATFORM);
  const events = await server.api.get(`/v1/projects/${id}/events`, { ...owner, query: { limit: 1 } });
  expect(events.body.items).toMatchObject([
    { type: 'project.suspended', actor: { id: root.user.id }, reason: 'Abuse' },
  ]);
  expectStatus(200, await run('activate', root));
});

it('a member suspended by a platform admin is activated, or removed, by one only', async () => {
  const { id } = await createProject(server, owner.auth);
  const member = await addMember(server, id, person, 'viewer');
  const path = `/v1/projects/${id}/members/${member}`;
  expectStatus(200, await server.api.post(`${path}/suspend`, undefined, root));
  expect(codeOf(await server.api.post(`${path}/activate`, undefined, owner))).toEqual(BY_PLATFORM);
  expect(codeOf(await server.api.delete(path, undefined, owner))).toEqual(BY_PLATFORM);
  expectStatus(200, await server.api.post(`${path}/activate`, undefined, root));
  expectStatus(200, await server.api.post(`${path}/suspend`, undefined, owner));
  expectStatus(200, await server.api.post(`${path}/activate`, undefined, owner));

  expectStatus(200, await server.api.post(`${path}/suspend`, undefined, owner));
  expect(codeOf(await server.api.post(`${path}/suspend`, undefined, owner))).toEqual(IN_VAIN);
  expectStatus(200, await server.api.post(`${path}/suspend`, undefined, root));
  expect(codeOf(await server.api.post(`${path}/activate`, undefined, owner))).toEqual(BY_PLATFORM);
});

it('in an organization, what the owner or a platform admin suspended, no admin lifts', async () => {
  const { id } = expectStatus(201, await server.api.post('/v1/organizations', { name: 'Acme' }, owner)).body;
  const steward = await signUp(server);
  await addToOrganization(server, id, steward, 'admin');
  const place = await addToOrganization(server, id, person, 'member');
  const path = `/v1/organizations/${id}/members/${place}`;
  const run = (action: string, who: Person) => server.api.post(`${path}/${action}`, undefined, who);

  expectStatus(200, await run('suspend', owner));
  expect(codeOf(await run('activate', steward))).toEqual(DENIED);
  expect(codeOf(await server.api.delete(path, undefined, steward))).toEqual(DENIED);
  expectStatus(200, await run('activate', owner));
  expectStatus(200, await run('suspend', root));
  for (const who of [steward, owner]) expect(codeOf(await run('activate', who))).toEqual(BY_PLATFORM);
  expectStatus(200, await run('activate', root));
  expectStatus(200, await run('suspend', steward));
  expectStatus(200, await run('activate', owner));

  expectStatus(200, await run('suspend', steward));
  expectStatus(200, await run('suspend', owner));
  expect(codeOf(await run('suspend', steward))).toEqual(IN_VAIN);
  expect(codeOf(await run('activate', steward))).toEqual(DENIED);
});

it('an own key that the team, or a platform admin, suspended is not for its member to activate', async () => {
  const { id } = await createProject(server, owner.auth);
  await addMember(server, id, person, 'viewer');
  const { api_key, secret } = await createKey(server, person.auth, id, { member: true });
  const path = `/v1/projects/${id}/api-keys/${api_key.id}`;
  const set = (status: string, who: Person) => server.api.patch(path, { status }, who);

  expectStatus(200, await set('suspended', person));
  expectStatus(200, await set('activated', person));
  // The team may do so while it is suspended already.
  expectStatus(200, await set('suspended', person));
  expectStatus(200, await set('suspended', owner));
  expect(codeOf(await set('activated', person))).toEqual(DENIED);
  // Suspended once more by its member, it is the team's to activate still.
  expectStatus(200, await set('suspended', person));
  expect(codeOf(await set('activated', person))).toEqual(DENIED);
  expectStatus(200, await set('activated', owner));
  expectStatus(200, await set('suspended', root));
  expect(codeOf(await set('activated', owner))).toEqual(BY_PLATFORM);
  expectStatus(403, await server.api.get('/v1/whoami', { auth: basic(secret) }));
  expectStatus(200, await set('activated', root));
  expectStatus(200, await server.api.get('/v1/whoami', { auth: basic(secret) }));
});
