import { codeOf, eventOf } from '../support/answers.js';
import { waitForMail } from '../support/mail.js';
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

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
});
afterAll(() => server.stop());

const settings = (id: string, action: string) => `/v1/projects/${id}/settings/${action}`;
const confirmed = { confirm: true };

/** A project of an organization of the owner's, that belongs to somebody else. */
async function projectOf(person: Person): Promise<{ id: string; [field: string]: any }> {
  const organization = expectStatus(
    201,
    await server.api.post('/v1/organizations', { name: 'Acme' }, owner),
  ).body;
  await addToOrganization(server, organization.id, person, 'member');
  return createProject(server, person.auth, { organization_id: organization.id });
}

async function suspendIn(organizationId: string, person: Person): Promise<void> {
  const members = `/v1/organizations/${organizationId}/members`;
  const { items } = expectStatus(200, await server.api.get(members, owner)).body;
  const { id } = items.find((item: { user_id: string }) => item.user_id === person.user.id);
  expectStatus(200, await server.api.post(`${members}/${id}/suspend`, undefined, owner));
}

describe('restoring a project whose owner is gone', () => {
  it.each([
    [
      'by account',
      (person: Person) => server.api.post(`/v1/users/${person.user.id}/delete`, confirmed, root),
    ],
    [
      'from the organization',
      async (person: Person, organizationId: string) => {
        const members = `/v1/organizations/${organizationId}/members`;
        const { items } = expectStatus(200, await server.api.get(members, owner)).body;
        const { id } = items.find((item: { user_id: string }) => item.user_id === person.user.id);
        return server.api.delete(`${members}/${id}`, undefined, owner);
      },
    ],
  ])('%s takes a new one', async (_, leave) => {
    const person = await signUp(server);
    const heir = await signUp(server);
    const project = await projectOf(person);
    const activate = settings(project.id, 'activate');
    expectStatus(
      200,
      await server.api.post(settings(project.id, 'delete'), { confirm: project.name }, person),
    );
    expectStatus(200, await leave(person, project.organization_id));

    for (const body of [{}, confirmed]) {
      expect(codeOf(await server.api.post(activate, body, root))).toEqual([409, 'owner_missing']);
    }
    const unknown = await server.api.post(
      activate,
      { ...confirmed, owner_id: `usr_${'0'.repeat(26)}` },
      root,
    );
    expect(codeOf(unknown)).toEqual([400, 'validation_failed']);
    expect(unknown.body.error.param).toBe('owner_id');
    const restored = await server.api.post(activate, { ...confirmed, owner_id: heir.user.id }, root);
    expect(expectStatus(200, restored).body).toMatchObject({
      status: 'activated',
      owner: { id: heir.user.id },
      team_size: 1,
    });
    const event = await eventOf(server, root.auth, restored);
    expect(event).toMatchObject({ type: 'project.restored', project_id: project.id });
    expect(event.effects).toEqual([
      {
        type: 'project.ownership_transferred',
        target: expect.objectContaining({ type: 'project', id: project.id }),
        changes: { owner: { before: person.user.email, after: heir.user.email } },
      },
    ]);
    const team = expectStatus(200, await server.api.get(`/v1/projects/${project.id}/members`, heir)).body;
    expect(team.items).toEqual([
      expect.objectContaining({ user_id: heir.user.id, owner: true, status: 'active' }),
    ]);
  });

  it('is only then', async () => {
    const project = await createProject(server, owner.auth);
    const heir = await signUp(server);
    expectStatus(
      200,
      await server.api.post(settings(project.id, 'delete'), { confirm: project.name }, owner),
    );
    const activate = settings(project.id, 'activate');
    const other = await server.api.post(activate, { ...confirmed, owner_id: heir.user.id }, root);
    expect(codeOf(other)).toEqual([400, 'validation_failed']);
    expectStatus(200, await server.api.post(activate, { ...confirmed, owner_id: owner.user.id }, root));
    const suspend = await server.api.post(
      settings(project.id, 'suspend'),
      { ...confirmed, owner_id: heir.user.id },
      owner,
    );
    expect(codeOf(suspend)).toEqual([400, 'validation_failed']);
  });
});

describe('somebody suspended in the organization', () => {
  it('cannot become the owner of one of its projects', async () => {
    const person = await signUp(server);
    const project = await projectOf(person);
    const heir = await signUp(server);
    await addToOrganization(server, project.organization_id, heir, 'member');
    const member_id = await addMember(server, project.id, heir, 'member');
    await suspendIn(project.organization_id, heir);
    for (const body of [{ member_id }, { ...confirmed, member_id }]) {
      const answer = await server.api.post(settings(project.id, 'transfer-ownership'), body, person);
      expect(codeOf(answer)).toEqual([409, 'invalid_transition']);
    }
  });

  it('hears nothing of its projects any more', async () => {
    const person = await signUp(server);
    const project = await projectOf(person);
    const there = await signUp(server);
    const stopped = await signUp(server);
    await addToOrganization(server, project.organization_id, stopped, 'member');
    for (const one of [there, stopped]) await addMember(server, project.id, one, 'administrator');
    await suspendIn(project.organization_id, stopped);

    const asked = expectStatus(428, await server.api.post(settings(project.id, 'suspend'), {}, person));
    expect(asked.body.error.details.effects).toContainEqual({ effect: 'members_notified', count: 1 });
    expectStatus(200, await server.api.post(settings(project.id, 'suspend'), confirmed, person));
    await waitForMail(server, there.user.email, null, /was suspended/);
    const sent = expectStatus(
      200,
      await server.api.get('/v1/notifications', { ...root, query: { q: stopped.user.email } }),
    );
    expect(sent.body.items.map(({ subject }: { subject: string }) => subject)).toEqual([
      'Activate your account',
    ]);
  });
});
