import { codeOf, eventOf } from '../support/answers.js';
import { basic } from '../support/client.js';
import { waitForMail } from '../support/mail.js';
import {
  addMember,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const UNKNOWN = 'mbr_01kaj0v7w3m6tn5x9q2e8rfyzd';

let server: TestServer;
let root: Person;
let owner: Person;
let organization: { id: string; name: string };

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});

beforeEach(async () => {
  owner = await signUp(server, { first_name: 'Olga', name: 'Owner' });
  organization = await found(owner);
});

afterAll(() => server?.stop());

const path = (rest: string) => `/v1/organizations/${organization.id}${rest}`;
const invite = (body: unknown, auth = owner.auth) => server.api.post(path('/invitations'), body, { auth });
const invitations = (auth = owner.auth, query = {}) => server.api.get(path('/invitations'), { auth, query });
const members = async (query = {}) =>
  expectStatus(200, await server.api.get(path('/members'), { auth: owner.auth, query })).body;
const onMember = (method: string, id: string, rest = '', body?: unknown, auth = owner.auth) =>
  server.api.request(method, path(`/members/${id}${rest}`), body, { auth });

async function found(person: Person, name = 'Acme'): Promise<{ id: string; name: string }> {
  return expectStatus(201, await server.api.post('/v1/organizations', { name }, { auth: person.auth })).body;
}

/** Invites a person, who accepts signed in; answers the member's id. */
async function join(person: Person, role = 'member'): Promise<string> {
  const { id } = expectStatus(201, await invite({ email: person.user.email, role })).body;
  const accepting = `/v1/me/invitations/${id}/accept`;
  expectStatus(200, await server.api.post(accepting, undefined, { auth: person.auth }));
  return (await members()).items.find((item: any) => item.user_id === person.user.id).id;
}

describe('the card of an organization', () => {
  it('says what one is in it, and counts projects and keys', async () => {
    const project = await createProject(server, owner.auth, { organization_id: organization.id });
    const gone = await createProject(server, owner.auth, { organization_id: organization.id });
    const key = await createKey(server, owner.auth, project.id);
    await createKey(server, owner.auth, project.id);
    await createKey(server, owner.auth, gone.id);
    const keyPath = `/v1/projects/${project.id}/api-keys/${key.api_key.id}`;
    expectStatus(200, await server.api.delete(keyPath, undefined, { auth: owner.auth }));
    const deletion = { confirm: 'Weather' };
    const settings = `/v1/projects/${gone.id}/settings/delete`;
    expectStatus(200, await server.api.post(settings, deletion, { auth: owner.auth }));

    const figures = { role: 'owner', project_count: 1, api_key_count: 1, customer_count: 0 };
    const { items } = expectStatus(200, await server.api.get('/v1/organizations', { auth: owner.auth })).body;
    expect(items).toMatchObject([
      { id: organization.id, ...figures },
      { personal: true, project_count: 0, api_key_count: 0 },
    ]);
    expect((await server.api.get(path(''), { auth: owner.auth })).body).toMatchObject(figures);
    expect((await server.api.get(path(''), { auth: root.auth })).body).toMatchObject({
      ...figures,
      role: null,
    });
  });
});

describe('who may', () => {
  it('is the owner, admins and platform admins; a member may not, and others see nothing', async () => {
    const [ada, grace, stranger] = [await signUp(server), await signUp(server), await signUp(server)];
    await join(ada, 'admin');
    const memberId = await join(grace);
    const { id } = expectStatus(201, await invite({ email: 'somebody@people.example' })).body;
    const calls: [string, string, unknown?][] = [
      ['GET', '/members'],
      ['GET', '/invitations'],
      ['POST', '/invitations', { email: 'else@people.example' }],
      ['POST', `/invitations/${id}/resend`],
      ['DELETE', `/invitations/${id}`],
      ['PATCH', `/members/${memberId}`, { role: 'admin' }],
      ['POST', `/members/${memberId}/suspend`],
      ['POST', '/transfer-ownership', { member_id: memberId }],
    ];
    for (const [method, rest, body] of calls) {
      const call = (auth?: string) =>
        server.api.request(method, path(rest), body, auth === undefined ? {} : { auth });
      expect(codeOf(await call())).toEqual([401, 'missing_api_key']);
      expect(codeOf(await call(grace.auth))).toEqual([403, 'permission_denied']);
      const unseen = await call(stranger.auth);
      expect(codeOf(unseen)).toEqual([404, 'not_found']);
    }
    for (const auth of [ada.auth, root.auth]) {
      expectStatus(200, await server.api.get(path('/members'), { auth }));
      expectStatus(200, await invitations(auth));
    }
    expect(
      codeOf(await server.api.post(path('/transfer-ownership'), { member_id: memberId }, { auth: ada.auth })),
    ).toEqual([403, 'permission_denied']);
    expect(codeOf(await onMember('PATCH', UNKNOWN, '', { role: 'admin' }))).toEqual([404, 'not_found']);
    const other = await found(stranger);
    const elsewhere = `/v1/organizations/${other.id}/members/${memberId}`;
    expect(codeOf(await server.api.delete(elsewhere, undefined, { auth: stranger.auth }))).toEqual([
      404,
      'not_found',
    ]);
  });
});

describe('roles', () => {
  it('change with the next request', async () => {
    const ada = await signUp(server);
    const id = await join(ada);
    const project = await createProject(server, owner.auth, { organization_id: organization.id });
    const read = () => server.api.get(`/v1/projects/${project.id}`, { auth: ada.auth });
    expectStatus(404, await read());
    const answer = expectStatus(200, await onMember('PATCH', id, '', { role: 'admin' }));
    expect(answer.body).toMatchObject({ id, role: 'admin' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'organization.member_updated',
      changes: { role: { before: 'member', after: 'admin' } },
    });
    expectStatus(200, await read());
    expectStatus(200, await onMember('PATCH', id, '', { role: 'member' }));
    expectStatus(404, await read());
    expect(codeOf(await onMember('PATCH', id, '', { role: 'owner' }))).toEqual([400, 'validation_failed']);
  });
});

describe('suspending a member', () => {
  it('stops the person and their own keys in every project of the organization, reversibly', async () => {
    const ada = await signUp(server);
    const id = await join(ada);
    const inside = await createProject(server, owner.auth, { organization_id: organization.id });
    const outside = await createProject(server, owner.auth);
    const keys = [];
    for (const project of [inside, outside]) {
      await addMember(server, project.id, ada, 'administrator');
      keys.push((await createKey(server, ada.auth, project.id, { member: true })).secret);
    }
    const whoami = (secret: string) => server.api.get('/v1/whoami', { auth: basic(secret) });
    const reads = (project: { id: string }) =>
      server.api.get(`/v1/projects/${project.id}`, { auth: ada.auth });
    const listed = async () => (await server.api.get('/v1/projects', { auth: ada.auth })).body.total_count;

    const answer = expectStatus(200, await onMember('POST', id, '/suspend'));
    expect(answer.body.status).toBe('suspended');
    expect(await eventOf(server, root.auth, answer)).toMatchObject({ type: 'organization.member_suspended' });
    expect(codeOf(await reads(inside))).toEqual([404, 'not_found']);
    expect(codeOf(await whoami(keys[0]!))).toEqual([403, 'api_key_suspended']);
    expectStatus(200, await reads(outside));
    expectStatus(200, await whoami(keys[1]!));
    expect(await listed()).toBe(1);
    expectStatus(404, await server.api.get(path(''), { auth: ada.auth }));
    expect(codeOf(await onMember('POST', id, '/suspend'))).toEqual([409, 'invalid_transition']);

    expectStatus(200, await onMember('POST', id, '/activate'));
    expectStatus(200, await reads(inside));
    expectStatus(200, await whoami(keys[0]!));
    expect(await listed()).toBe(2);
  });
});

describe('removing a member', () => {
  it('takes the person out of the teams of its projects too, and tells them', async () => {
    const ada = await signUp(server);
    const id = await join(ada);
    const inside = await createProject(server, owner.auth, { organization_id: organization.id });
    const outside = await createProject(server, owner.auth);
    for (const project of [inside, outside]) await addMember(server, project.id, ada, 'member');
    const { secret } = await createKey(server, ada.auth, inside.id, { member: true });

    const answer = expectStatus(200, await onMember('DELETE', id));
    expect(answer.body).toEqual({ id, deleted: true });
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({ type: 'organization.member_removed', subject_user_id: ada.user.id });
    expect(event.effects.map((effect: any) => effect.type).sort()).toEqual([
      'api_key.revoked',
      'member.removed',
    ]);
    const mail = await waitForMail(server, ada.user.email, null, /no longer a member/);
    expect(mail.subject).toBe('You are no longer a member of the organization Acme');
    expectStatus(404, await server.api.get(`/v1/projects/${inside.id}`, { auth: ada.auth }));
    expectStatus(200, await server.api.get(`/v1/projects/${outside.id}`, { auth: ada.auth }));
    expect(codeOf(await server.api.get('/v1/whoami', { auth: basic(secret) }))).toEqual([
      401,
      'api_key_revoked',
    ]);
    expect(codeOf(await onMember('DELETE', id))).toEqual([404, 'not_found']);
    await join(ada, 'admin');
  });

  it('lets members leave by themselves, but not remove others', async () => {
    const [ada, grace] = [await signUp(server), await signUp(server)];
    const [own, other] = [await join(ada), await join(grace)];
    expect(codeOf(await onMember('DELETE', other, '', undefined, ada.auth))).toEqual([
      403,
      'permission_denied',
    ]);
    expectStatus(200, await onMember('DELETE', own, '', undefined, ada.auth));
    expectStatus(404, await server.api.get(path(''), { auth: ada.auth }));
  });

  it('is refused for somebody who owns a project of the organization', async () => {
    const ada = await signUp(server);
    const id = await join(ada, 'admin');
    await createProject(server, ada.auth, { organization_id: organization.id });
    const { error } = expectStatus(409, await onMember('DELETE', id)).body;
    expect(error).toMatchObject({
      code: 'owner_protected',
      message: 'This person owns projects of the organization; transfer their ownership first.',
      details: { owned: [{ effect: 'projects_owned', count: 1 }] },
    });
    expect((await members()).total_count).toBe(2);
  });

  it('never leaves a project with an owner who is out, when one is created at the same time', async () => {
    for (let round = 0; round < 4; round++) {
      const ada = await signUp(server);
      const id = await join(ada);
      const create = { name: 'Race', organization_id: organization.id };
      const [removal, creation] = await Promise.all([
        onMember('DELETE', id),
        server.api.post('/v1/projects', create, { auth: ada.auth }),
      ]);
      expect([removal.status === 200, creation.status === 201].filter(Boolean)).toHaveLength(1);
    }
  });
});

describe('the owner', () => {
  const transfer = (member_id: string, body = {}, auth = owner.auth) =>
    server.api.post(path('/transfer-ownership'), { member_id, ...body }, { auth });
  const owners = async () =>
    (await server.api.get(path('/members'), { auth: root.auth })).body.items.filter(
      (item: any) => item.owner,
    );

  it('is protected from everybody', async () => {
    const [{ id }] = await owners();
    for (const [method, rest, body] of [
      ['PATCH', '', { role: 'member' }],
      ['DELETE', ''],
      ['POST', '/suspend'],
      ['POST', '/activate'],
    ] as const) {
      for (const { auth } of [owner, root]) {
        expect(codeOf(await onMember(method, id, rest, body, auth))).toEqual([409, 'owner_protected']);
      }
    }
  });

  it('hands the organization over, once confirmed, and becomes an admin', async () => {
    const ada = await signUp(server);
    const id = await join(ada);
    const asked = expectStatus(428, await transfer(id)).body.error;
    expect(asked.details).toEqual({
      action: 'transfer-ownership',
      from: owner.user.email,
      to: ada.user.email,
      effects: [],
    });
    const answer = expectStatus(200, await transfer(id, { confirm: true }));
    expect(answer.body).toMatchObject({ owner_id: ada.user.id, role: 'admin' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'organization.ownership_transferred',
      changes: { owner: { before: owner.user.email, after: ada.user.email } },
    });
    expect(await owners()).toMatchObject([{ user_id: ada.user.id }]);
    expect(codeOf(await transfer(id, { confirm: true }))).toEqual([403, 'permission_denied']);
    expect(codeOf(await transfer(id, { confirm: true }, root.auth))).toEqual([409, 'invalid_transition']);
  });

  it('is somebody active in the organization', async () => {
    const ada = await signUp(server);
    const id = await join(ada);
    for (const wrong of [UNKNOWN, 'nonsense']) {
      expect(codeOf(await transfer(wrong, { confirm: true }))).toEqual([400, 'validation_failed']);
    }
    expectStatus(200, await onMember('POST', id, '/suspend'));
    expect(codeOf(await transfer(id, { confirm: true }))).toEqual([400, 'validation_failed']);
    const { items } = (await server.api.get('/v1/organizations', { auth: owner.auth })).body;
    const personal = items.find((item: any) => item.personal);
    const own = `/v1/organizations/${personal.id}/transfer-ownership`;
    expect(
      codeOf(await server.api.post(own, { member_id: id, confirm: true }, { auth: owner.auth })),
    ).toEqual([409, 'invalid_transition']);
  });

  it('is exactly one, when several transfers, suspensions and removals meet', async () => {
    const people = [await signUp(server), await signUp(server), await signUp(server)];
    const ids: string[] = [];
    for (const person of people) ids.push(await join(person));
    const answers = await Promise.all([
      ...ids.map(id => transfer(id, { confirm: true })),
      onMember('POST', ids[0]!, '/suspend'),
      onMember('DELETE', ids[1]!, '', undefined, root.auth),
      server.api.post(`/v1/users/${people[2]!.user.id}/delete`, { confirm: true }, { auth: root.auth }),
    ]);
    for (const { status } of answers) expect(status).toBeLessThan(500);
    expect(answers.slice(0, 3).filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    const [now, ...others] = await owners();
    expect(others).toEqual([]);
    expect(now.status).toBe('active');
    const { body } = await server.api.get(path(''), { auth: root.auth });
    expect(body.owner_id).toBe(now.user_id);
    expect((await server.api.get(`/v1/users/${now.user_id}`, { auth: root.auth })).body.status).toBe(
      'activated',
    );
  });
});

it('pages through members and the invited in one order', async () => {
  const ada = await signUp(server);
  const ids = [await join(ada)];
  for (const email of ['one@people.example', 'two@people.example']) {
    ids.unshift(expectStatus(201, await invite({ email })).body.id);
  }
  ids.unshift(await join(await signUp(server)));
  const first = await members({ limit: 2 });
  expect(first).toMatchObject({ total_count: 5, has_more: true });
  const second = await members({ limit: 2, cursor: first.next_cursor });
  const third = await members({ limit: 2, cursor: second.next_cursor });
  expect(third).toMatchObject({ has_more: false, next_cursor: null });
  const all = [...first.items, ...second.items, ...third.items];
  expect(all.slice(0, 4).map(item => item.id)).toEqual(ids);
  expect(all[4]).toMatchObject({ owner: true });
});
