import { codeOf, type LoggedEvent } from '../support/answers.js';
import { addToOrganization, expectStatus, PASSWORD, Scene } from '../support/scene.js';

let scene: Scene;
beforeAll(async () => (scene = await Scene.open()));
afterAll(() => scene?.close());

const idsIn = ({ items }: { items: LoggedEvent[] }) => items.map(({ id }) => id);
const typesIn = ({ items }: { items: LoggedEvent[] }) => items.map(({ type }) => type);

describe("an organization's log", () => {
  it('has its own events and those of its projects, for its owner and admins', async () => {
    const owner = await scene.person();
    const organization = expectStatus(
      201,
      await scene.api.post('/v1/organizations', { name: 'Works' }, owner),
    ).body;
    const body = { name: 'Engine', organization_id: organization.id };
    const project = expectStatus(201, await scene.api.post('/v1/projects', body, owner)).body;
    await scene.api.post(`/v1/projects/${project.id}/api-keys`, { name: 'Nightly' }, owner);
    const invitation = { email: 'grace@people.example', role: 'admin' };
    expectStatus(
      201,
      await scene.api.post(`/v1/organizations/${organization.id}/invitations`, invitation, owner),
    );
    await scene.project();

    const path = `/v1/organizations/${organization.id}/events`;
    const list = async (query = {}, as: { auth: string } = owner) =>
      expectStatus(200, await scene.api.get(path, { auth: as.auth, query })).body;
    const all = await list();
    expect(new Set(typesIn(all))).toEqual(
      new Set(['organization.created', 'project.created', 'api_key.created', 'organization.member_invited']),
    );
    expect(all.total_count).toBe(all.items.length);
    expect(typesIn(await list({ type: 'project.*' }))).toEqual(['project.created']);
    expect(typesIn(await list({ target_id: project.id }))).toEqual(['project.created']);
    expect(typesIn(await list({ q: 'engine' }))).toEqual(['project.created']);
    expect((await list({ actor_id: owner.user.id })).total_count).toBe(all.total_count);
    expect(typesIn(await list({ outcome: 'denied' }))).toEqual([]);
    const first = await list({ limit: 1 });
    const second = await list({ limit: 1, cursor: first.next_cursor });
    expect([...idsIn(first), ...idsIn(second)]).toEqual(idsIn(all).slice(0, 2));

    const member = await scene.person();
    await addToOrganization(scene.server, organization.id, member, 'member');
    expect(codeOf(await scene.api.get(path, member))).toEqual([403, 'permission_denied']);
    expect(codeOf(await scene.api.get(path, await scene.stranger()))).toEqual([404, 'not_found']);
    expect(idsIn(await list({}, scene.root))).toEqual(idsIn(all));
  });
});

describe("a person's own events", () => {
  it("are sign-ins and what happened to the account, and nobody else's whereabouts", async () => {
    const person = await scene.person();
    await scene.api.post('/v1/sessions', { email: person.user.email, password: 'a wrong guess' });
    await scene.project({}, person);
    const by = `/v1/users/${person.user.id}`;
    for (const action of ['suspend', 'activate'])
      expectStatus(200, await scene.api.post(`${by}/${action}`, { confirm: true }, scene.root));
    const { token } = expectStatus(
      201,
      await scene.api.post('/v1/sessions', { email: person.user.email, password: PASSWORD }),
    ).body;
    const list = async (query = {}) =>
      expectStatus(200, await scene.api.get('/v1/me/events', { auth: `Bearer ${token}`, query })).body;
    const own = await list();
    expect(typesIn(own)).toEqual([
      'user.signed_in',
      'user.activated',
      'user.suspended',
      'user.sign_in_failed',
      'user.signed_in',
      'user.activated',
      'user.created',
    ]);
    const [signedIn, activated, , failed] = own.items;
    expect(signedIn.ip).not.toBeNull();
    expect(failed.ip).not.toBeNull();
    expect(activated).toMatchObject({ ip: null, user_agent: null, actor: { type: 'user' } });
    expect(typesIn(await list({ type: 'user.sign*' }))).toEqual([
      'user.signed_in',
      'user.sign_in_failed',
      'user.signed_in',
    ]);
    expect(own.total_count).toBe(7);
    expect(codeOf(await scene.api.get('/v1/me/events'))).toEqual([401, 'missing_api_key']);
  });
});
