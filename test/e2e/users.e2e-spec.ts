import { codeOf, eventOf } from '../support/answers.js';
import { waitForMail } from '../support/mail.js';
import { admin, createProject, expectStatus, type Person, signIn, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const UNKNOWN = 'usr_01kaj0v7w3m6tn5x9q2e8rfyzd';

let server: TestServer;
let root: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});

afterAll(() => server?.stop());

const users = (query: Record<string, string | number> = {}, auth = root.auth) =>
  server.api.get('/v1/users', { auth, query });
const act = (user: { id: string }, action: string, body: unknown = { confirm: true }, auth = root.auth) =>
  server.api.post(`/v1/users/${user.id}/${action}`, body, { auth });
const patch = (user: { id: string }, body: unknown, auth = root.auth) =>
  server.api.patch(`/v1/users/${user.id}`, body, { auth });
const me = (person: Person) => server.api.get('/v1/me', { auth: person.auth });

let names = 0;
/** A surname nobody else has, to search by. */
const surname = () => `Quillfeather${String.fromCharCode(65 + names++)}`;

/** Makes somebody a platform admin, and signs them in anew. */
async function promote(person: Person): Promise<Person> {
  expectStatus(200, await patch(person.user, { platform_role: 'admin' }));
  return signIn(server, person.user.email, person.password);
}

describe('who may administer users', () => {
  it.each([
    ['GET', '/v1/users'],
    ['GET', `/v1/users/${UNKNOWN}`],
    ['PATCH', `/v1/users/${UNKNOWN}`],
    ['POST', `/v1/users/${UNKNOWN}/suspend`],
  ])('%s %s is for platform admins', async (method, path) => {
    const ada = await signUp(server);
    expect(codeOf(await server.api.request(method, path))).toEqual([401, 'missing_api_key']);
    expect(codeOf(await server.api.request(method, path, undefined, { auth: ada.auth }))).toEqual([
      403,
      'permission_denied',
    ]);
  });

  it('answers 404 for an unknown user', async () => {
    expect(codeOf(await server.api.get(`/v1/users/${UNKNOWN}`, { auth: root.auth }))).toEqual([
      404,
      'not_found',
    ]);
    expect(codeOf(await patch({ id: UNKNOWN }, {}))).toEqual([404, 'not_found']);
    expect(codeOf(await act({ id: UNKNOWN }, 'delete'))).toEqual([404, 'not_found']);
  });
});

describe('GET /v1/users', () => {
  it('searches name, e-mail and phone, and counts what it finds by status', async () => {
    const name = surname();
    const active = await signUp(server, { name, phone: '+49 30 1234' });
    const suspended = await signUp(server, { name });
    const deleted = await signUp(server, { name });
    expectStatus(
      201,
      await server.api.post('/v1/users', {
        email: `${name.toLowerCase()}@people.example`,
        password: 'a-password-of-length',
        first_name: 'New',
        name: 'Comer',
      }),
    );
    expectStatus(200, await act(suspended.user, 'suspend'));
    expectStatus(200, await act(deleted.user, 'delete'));
    const counts = { all: 4, new: 1, activated: 1, suspended: 1, deleted: 1 };

    const all = expectStatus(200, await users({ q: name.toUpperCase() })).body;
    expect(all).toMatchObject({ counts, total_count: 3, has_more: false, next_cursor: null });
    expect(all.items.map((user: any) => user.status)).toEqual(['new', 'suspended', 'activated']);
    for (const status of ['new', 'activated', 'suspended', 'deleted']) {
      const { body } = expectStatus(200, await users({ q: name, status }));
      expect(body).toMatchObject({ counts, total_count: 1, items: [{ status }] });
    }
    const byPhone = expectStatus(200, await users({ q: '+49 30 1234' })).body;
    expect(byPhone.items.map((user: any) => user.id)).toEqual([active.user.id]);
    expect(byPhone.items[0]).toMatchObject({
      email: active.user.email,
      max_projects: null,
      platform_role: 'user',
      last_sign_in: { at: expect.stringMatching(/Z$/), location: null },
    });
  });

  it('takes % and _ for what they are', async () => {
    const name = `${surname()}_50%`;
    await signUp(server, { name });
    expect((await users({ q: name })).body.total_count).toBe(1);
    expect((await users({ q: name.replace('_', 'x') })).body.total_count).toBe(0);
    expect((await users({ q: `${name.slice(0, -3)}%%` })).body.total_count).toBe(0);
  });

  it('pages with a cursor, newest first', async () => {
    const name = surname();
    const people = [
      await signUp(server, { name }),
      await signUp(server, { name }),
      await signUp(server, { name }),
    ];
    const first = expectStatus(200, await users({ q: name, limit: 2 })).body;
    expect(first).toMatchObject({ total_count: 3, has_more: true });
    const second = expectStatus(200, await users({ q: name, limit: 2, cursor: first.next_cursor })).body;
    expect([...first.items, ...second.items].map((user: any) => user.id)).toEqual(
      people.map(person => person.user.id).reverse(),
    );
  });

  it.each<Record<string, string | number>>([
    { status: 'gone' },
    { limit: 101 },
    { cursor: 'nonsense' },
    { extra: 1 },
  ])('refuses %j', async query => {
    expectStatus(400, await users(query));
  });
});

describe('PATCH /v1/users/:id', () => {
  it('changes details, limit and role, and says so in the event log', async () => {
    const { user } = await signUp(server);
    const changes = { first_name: 'Augusta', name: 'King', phone: '+44', country: 'GB', max_projects: 3 };
    const answer = expectStatus(200, await patch(user, changes));
    expect(answer.body).toMatchObject({ id: user.id, email: user.email, ...changes });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'user.updated',
      category: 'admin',
      actor: { id: root.user.id, role: 'platform_admin' },
      subject_user_id: user.id,
      changes: { max_projects: { before: null, after: 3 }, name: { before: 'Lovelace', after: 'King' } },
    });
    expect((await users({ q: 'augusta king' })).body.items[0].id).toBe(user.id);
  });

  it.each([
    { email: 'other@people.example' },
    { status: 'deleted' },
    { max_projects: -1 },
    { max_projects: 1.5 },
    { platform_role: 'owner' },
    { first_name: null },
  ])('refuses %j', async body => {
    const { user } = await signUp(server);
    expect(codeOf(await patch(user, body))).toEqual([400, 'validation_failed']);
  });

  it('makes and unmakes platform admins, with the next request', async () => {
    const grace = await signUp(server);
    expectStatus(403, await users({}, grace.auth));
    expectStatus(200, await patch(grace.user, { platform_role: 'admin' }));
    expectStatus(200, await users({}, grace.auth));
    expectStatus(200, await patch(grace.user, { platform_role: 'user' }));
    expectStatus(403, await users({}, grace.auth));
  });
});

describe('the last platform admin', () => {
  it.each(['suspend', 'delete'])('cannot be taken away by %s', async action => {
    expect(codeOf(await act(root.user, action))).toEqual([409, 'last_admin']);
    expect(codeOf(await patch(root.user, { platform_role: 'user' }))).toEqual([409, 'last_admin']);
    expectStatus(200, await me(root));
  });

  it('stays, when several admins take each other away at once', async () => {
    const others = [];
    for (let count = 0; count < 3; count++) others.push(await promote(await signUp(server)));
    const everybody = [root, ...others];
    // Each goes for the next one: were all of them to succeed, nobody would be left.
    const answers = await Promise.all(
      everybody.map((person, index) => {
        const victim = everybody[(index + 1) % everybody.length]!;
        return index % 2
          ? act(victim.user, 'suspend', { confirm: true }, person.auth)
          : patch(victim.user, { platform_role: 'user' }, person.auth);
      }),
    );
    for (const { status } of answers) expect([200, 401, 403, 409]).toContain(status);
    const still: Person[] = [];
    for (const person of everybody) if ((await users({}, person.auth)).status === 200) still.push(person);
    expect(still.length).toBeGreaterThanOrEqual(1);
    // Put the first admin back for the tests that follow, whoever is left.
    const [left] = still;
    expectStatus(200, await patch(root.user, { platform_role: 'admin' }, left!.auth));
    const { body } = expectStatus(
      200,
      await server.api.get(`/v1/users/${root.user.id}`, { auth: left!.auth }),
    );
    if (body.status === 'suspended')
      expectStatus(200, await act(root.user, 'activate', undefined, left!.auth));
    root = await admin(server);
    for (const person of others) expectStatus(200, await patch(person.user, { platform_role: 'user' }));
  });

  it('stays, when two admins leave at once', async () => {
    const grace = await promote(await signUp(server));
    const [one, other] = await Promise.all([
      patch(grace.user, { platform_role: 'user' }, grace.auth),
      patch(root.user, { platform_role: 'user' }, root.auth),
    ]);
    expect([one.status, other.status].sort()).toEqual([200, 409]);
    const left = one.status === 200 ? root : grace;
    expectStatus(200, await patch(root.user, { platform_role: 'admin' }, left.auth));
    expectStatus(200, await patch(grace.user, { platform_role: 'user' }));
  });
});

describe('max_projects', () => {
  it('limits what a person owns, also when several are created at once', async () => {
    const ada = await signUp(server);
    expectStatus(200, await patch(ada.user, { max_projects: 2 }));
    const create = () => server.api.post('/v1/projects', { name: 'Weather' }, { auth: ada.auth });
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(create));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
    expect(codeOf(await create())).toEqual([409, 'project_limit_reached']);
    expectStatus(200, await patch(ada.user, { max_projects: null }));
    expectStatus(201, await create());
    expectStatus(200, await patch(ada.user, { max_projects: 0 }));
    expect(codeOf(await create())).toEqual([409, 'project_limit_reached']);
  });
});

describe('creating an account for somebody', () => {
  const person = () => ({
    email: `${surname()}@people.example`.toLowerCase(),
    first_name: 'Tess',
    name: 'Temp',
  });
  const create = (body: unknown, auth?: string) =>
    server.api.post('/v1/users', body, auth === undefined ? {} : { auth });

  it('gives a temporary password once, which must be changed first of all', async () => {
    const given = person();
    const answer = expectStatus(201, await create(given, root.auth));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { temporary_password, ...user } = answer.body;
    expect(user).toMatchObject({ ...given, status: 'activated', password_change_required: true });
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({ type: 'user.created', actor: { id: root.user.id } });
    expect(JSON.stringify(event)).not.toContain(temporary_password);
    const mail = await waitForMail(server, given.email);
    expect(mail.subject).toBe('An account was created for you');
    expect(mail.text + mail.html!).not.toContain(temporary_password);

    const signedIn = await server.api.post('/v1/sessions', {
      email: given.email,
      password: temporary_password,
    });
    expect(expectStatus(201, signedIn).body.password_change_required).toBe(true);
    const auth = `Bearer ${signedIn.body.token}`;
    for (const [method, path] of [
      ['GET', '/v1/whoami'],
      ['GET', '/v1/projects'],
      ['POST', '/v1/projects'],
      ['PATCH', '/v1/me'],
      ['GET', '/v1/organizations'],
      ['POST', '/v1/users'],
    ]) {
      expect(
        codeOf(await server.api.request(method!, path!, method === 'GET' ? undefined : {}, { auth })),
      ).toEqual([403, 'password_change_required']);
    }
    expectStatus(200, await server.api.get('/v1/me', { auth }));
    expectStatus(200, await server.api.get('/v1/sessions', { auth }));
    const same = { current_password: temporary_password, new_password: temporary_password };
    const refused = expectStatus(400, await server.api.post('/v1/me/password', same, { auth }));
    expect(refused.body.error).toMatchObject({ code: 'validation_failed', param: 'new_password' });
    const change = { current_password: temporary_password, new_password: 'my-own-password-at-last' };
    expectStatus(200, await server.api.post('/v1/me/password', change, { auth }));
    expectStatus(200, await server.api.get('/v1/projects', { auth }));
    const again = await signIn(server, given.email, change.new_password);
    expect(again.user.password_change_required).toBe(false);
  });

  it('never replays the temporary password', async () => {
    const options = { auth: root.auth, headers: { 'idempotency-key': surname() } };
    const given = person();
    const first = expectStatus(201, await server.api.post('/v1/users', given, options)).body;
    const replay = expectStatus(201, await server.api.post('/v1/users', given, options));
    expect(replay.headers.get('idempotent-replayed')).toBe('true');
    expect(replay.body.id).toBe(first.id);
    expect(replay.body).not.toHaveProperty('temporary_password');
  });

  it('takes a password of the admin’s choice, and needs no change then', async () => {
    const given = { ...person(), password: 'chosen-by-the-admin' };
    const { body } = expectStatus(201, await create(given, root.auth));
    expect(body).toMatchObject({ status: 'activated', password_change_required: false });
    expect(body).not.toHaveProperty('temporary_password');
    await createProject(server, (await signIn(server, given.email, given.password)).auth);
  });

  it('is not for others: they register, with a password, and credentials they send must be good', async () => {
    const ada = await signUp(server);
    for (const auth of [undefined, ada.auth]) {
      expect(codeOf(await create(person(), auth))).toEqual([400, 'validation_failed']);
      const { body } = expectStatus(
        201,
        await create({ ...person(), password: 'a-password-of-length' }, auth),
      );
      expect(body).toMatchObject({ status: 'new' });
    }
    expect(codeOf(await create(person(), 'Bearer bws_nonsense'))).toEqual([401, 'invalid_session']);
  });

  it('answers 409 for a taken address', async () => {
    const ada = await signUp(server);
    expect(codeOf(await create({ ...person(), email: ada.user.email }, root.auth))).toEqual([
      409,
      'email_taken',
    ]);
  });
});
