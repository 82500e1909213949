import { eventOf, eventsOf, sameAnswer } from '../support/answers.js';
import { basic } from '../support/client.js';
import {
  addToOrganization,
  createKey,
  createProject,
  expectStatus,
  type Person,
  Scene,
  signUp,
} from '../support/scene.js';
import type { TestServer } from '../support/server.js';

const UNKNOWN = 'org_01kaj0v7w3m6tn5x9q2e8rfyzd';

let scene: Scene;
let server: TestServer;
let root: Person;
beforeAll(async () => {
  scene = await Scene.open({ RATE_LIMIT_PER_MINUTE: '120', REQUESTS_PER_DAY: '5000' });
  ({ server, root } = scene);
});
afterAll(() => scene?.close());

const create = (person: Person, name: string) => server.api.post('/v1/organizations', { name }, person);

/** A new organization beside its owner's personal one. */
async function owner(name = 'Analytical Engines') {
  const person = await scene.owner();
  const { body: organization } = expectStatus(201, await create(person, name));
  return { person, organization, path: `/v1/organizations/${organization.id}` };
}

it('makes a personal organization with every account', async () => {
  const ada = await signUp(server, { first_name: 'Ada', name: 'King' });
  const { body } = expectStatus(200, await server.api.get('/v1/organizations', ada));
  expect(body).toMatchObject({ total_count: 1, has_more: false, next_cursor: null });
  expect(body.items).toEqual([
    expect.objectContaining({
      id: expect.stringMatching(/^org_[0-9a-z]{26}$/),
      name: 'Ada King',
      owner_id: ada.user.id,
      personal: true,
    }),
  ]);
});

describe('creating an organization', () => {
  it('makes its creator the owner', async () => {
    const ada = await signUp(server);
    const answer = expectStatus(201, await create(ada, 'Analytical Engines'));
    expect(answer.body).toMatchObject({ name: 'Analytical Engines', owner_id: ada.user.id, personal: false });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'organization.created',
      category: 'user',
      actor: { id: ada.user.id },
      target: { type: 'organization', id: answer.body.id, name: 'Analytical Engines' },
      changes: { name: { before: null, after: 'Analytical Engines' } },
    });
    const read = await server.api.get(`/v1/organizations/${answer.body.id}`, ada);
    expect(read.body).toMatchObject(answer.body);
  });

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: '   ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ name: ['x'] }, 'name'],
    [{ name: 'x', owner_id: 'usr_x' }, 'owner_id'],
    [{ name: 'x', requests_per_day: 10 }, 'requests_per_day'],
  ])('refuses %j', async (body, param) => {
    const ada = await scene.owner();
    const answer = expectStatus(400, await server.api.post('/v1/organizations', body, ada));
    expect(answer.body.error).toMatchObject({ code: 'validation_failed', param });
  });

  it('has one effect per Idempotency-Key', async () => {
    const ada = await signUp(server);
    const once = (name: string) =>
      server.api.post(
        '/v1/organizations',
        { name },
        { auth: ada.auth, headers: { 'idempotency-key': 'k1' } },
      );
    const first = expectStatus(201, await once('Once'));
    const second = expectStatus(201, await once('Once'));
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await eventsOf(server, root.auth, second)).toEqual([]);
    expect(expectStatus(422, await once('Twice')).body.error.code).toBe('idempotency_mismatch');
    const { body } = await server.api.get('/v1/organizations', ada);
    expect(body.items.map((item: { name: string }) => item.name)).toEqual(['Once', 'Ada Lovelace']);
  });
});

describe('the list', () => {
  it('goes page by page, newest first, and nothing is twice or missing when some are added meanwhile', async () => {
    const ada = await signUp(server);
    for (let index = 0; index < 6; index++) await create(ada, `Org ${index}`);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: Record<string, string | number> = { limit: 2, ...(cursor ? { cursor } : {}) };
      const { body } = expectStatus(
        200,
        await server.api.get('/v1/organizations', { auth: ada.auth, query }),
      );
      seen.push(...body.items.map((item: { name: string }) => item.name));
      expect(body.has_more).toBe(body.next_cursor !== null);
      cursor = body.next_cursor;
      await create(ada, 'Added meanwhile');
    } while (cursor);
    expect(seen).toEqual(['Org 5', 'Org 4', 'Org 3', 'Org 2', 'Org 1', 'Org 0', 'Ada Lovelace']);
  });

  it('shows people only their own organizations', async () => {
    const { organization } = await owner();
    const stranger = await scene.stranger();
    const { body } = await server.api.get('/v1/organizations', stranger);
    expect(body.items.map((item: { id: string }) => item.id)).not.toContain(organization.id);
  });

  it('does not show an organization whose member one is no more', async () => {
    const { organization, path } = await owner();
    const grace = await scene.someone('grace');
    await addToOrganization(server, organization.id, grace, 'admin', 'suspended');
    const { body } = await server.api.get('/v1/organizations', grace);
    expect(body.items.map((item: { id: string }) => item.id)).not.toContain(organization.id);
    expectStatus(404, await server.api.get(path, grace));
  });
});

describe('renaming', () => {
  it('is for owner and admins, and is logged', async () => {
    const { person, organization, path } = await owner();
    const answer = expectStatus(200, await server.api.patch(path, { name: 'Difference Engines' }, person));
    expect(answer.body).toMatchObject({ ...organization, name: 'Difference Engines' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'organization.updated',
      target: { id: organization.id, name: 'Difference Engines' },
      changes: { name: { before: 'Analytical Engines', after: 'Difference Engines' } },
    });
    const grace = await scene.someone('grace');
    await addToOrganization(server, organization.id, grace, 'admin');
    expectStatus(200, await server.api.patch(path, { name: 'By an admin' }, grace));
  });

  it('is not for its other members, whose attempt is logged', async () => {
    const { organization, path } = await owner();
    const grace = await scene.someone('grace');
    await addToOrganization(server, organization.id, grace, 'member');
    expectStatus(200, await server.api.get(path, grace));
    const answer = expectStatus(403, await server.api.patch(path, { name: 'Mine' }, grace));
    expect(answer.body.error.code).toBe('permission_denied');
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'access.denied',
      outcome: 'denied',
      actor: { id: grace.user.id },
    });
    expect((await server.api.get(path, grace)).body.name).toBe('Analytical Engines');
  });

  it('takes a name and nothing else', async () => {
    const { person, path } = await owner();
    for (const body of [
      {},
      { name: '' },
      { name: 'x', personal: true },
      { name: 'x', owner_id: root.user.id },
    ]) {
      expect(expectStatus(400, await server.api.patch(path, body, person)).body.error.code).toBe(
        'validation_failed',
      );
    }
  });
});

describe('the subscription', () => {
  it('begins with what the server is configured for', async () => {
    const { person, path } = await owner();
    const { body } = expectStatus(200, await server.api.get(`${path}/subscription`, person));
    expect(body).toMatchObject({ plan: 'standard', requests_per_minute: 120, requests_per_day: 5000 });
  });

  it('is changed by platform admins, and keys are told of it on their next request', async () => {
    const { person, organization, path } = await owner();
    const project = await createProject(server, person.auth, { organization_id: organization.id });
    const { secret } = await createKey(server, person.auth, project.id);
    const limits = async () => (await server.api.get('/v1/whoami', { auth: basic(secret) })).body.limits;
    expect(await limits()).toMatchObject({ requests_per_minute: 120, requests_per_day: 5000 });

    const changes = { plan: 'scale', requests_per_day: 1_000_000_000_000 };
    const answer = expectStatus(200, await server.api.patch(`${path}/subscription`, changes, root));
    expect(answer.body).toMatchObject({ plan: 'scale', requests_per_minute: 120, requests_per_day: 1e12 });
    expect(await limits()).toMatchObject({ requests_per_minute: 120, requests_per_day: 1e12 });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'organization.updated',
      category: 'admin',
      actor: { id: root.user.id, role: 'platform_admin' },
      target: { id: organization.id },
      changes: {
        plan: { before: 'standard', after: 'scale' },
        requests_per_day: { before: 5000, after: 1e12 },
      },
    });
  });

  it('is not changed by its owner', async () => {
    const { person, path } = await owner();
    const answer = expectStatus(
      403,
      await server.api.patch(`${path}/subscription`, { plan: 'free' }, person),
    );
    expect(answer.body.error.code).toBe('permission_denied');
    expect((await server.api.get(`${path}/subscription`, person)).body.plan).toBe('standard');
  });

  it.each([
    [{ requests_per_minute: 0 }, 'requests_per_minute'],
    [{ requests_per_minute: 1.5 }, 'requests_per_minute'],
    [{ requests_per_minute: '10' }, 'requests_per_minute'],
    [{ requests_per_day: 1e13 }, 'requests_per_day'],
    [{ plan: '' }, 'plan'],
    [{ name: 'x' }, 'name'],
  ])('refuses %j', async (body, param) => {
    const { path } = await owner();
    const answer = expectStatus(400, await server.api.patch(`${path}/subscription`, body, root));
    expect(answer.body.error).toMatchObject({ code: 'validation_failed', param });
  });
});

describe('to others', () => {
  it.each([
    ['GET', '', undefined],
    ['PATCH', '', { name: 'Mine' }],
    ['GET', '/subscription', undefined],
  ])('%s %s answers as for an organization that is not there', async (method, rest, body) => {
    const { path } = await owner();
    const stranger = await scene.stranger();
    const foreign = expectStatus(404, await server.api.request(method, path + rest, body, stranger));
    const unknown = await server.api.request(method, `/v1/organizations/${UNKNOWN}${rest}`, body, stranger);
    expect(sameAnswer(foreign)).toEqual(sameAnswer(unknown));
    expect(foreign.body.error.code).toBe('not_found');
  });

  it('platform admins see all', async () => {
    const { organization, path } = await owner();
    expect(expectStatus(200, await server.api.get(path, root)).body.id).toBe(organization.id);
    expectStatus(404, await server.api.get(`/v1/organizations/${UNKNOWN}`, root));
    expectStatus(
      404,
      await server.api.patch(`/v1/organizations/${UNKNOWN}/subscription`, { plan: 'x' }, root),
    );
  });

  it('an API key is told that this takes a session, and nobody that credentials are missing', async () => {
    const { person, path } = await owner();
    const project = await createProject(server, person.auth);
    const { secret } = await createKey(server, person.auth, project.id);
    const answer = expectStatus(403, await server.api.get(path, { auth: basic(secret) }));
    expect(answer.body.error.code).toBe('session_required');
    expect(expectStatus(401, await server.api.get(path)).body.error.code).toBe('missing_api_key');
  });
});
