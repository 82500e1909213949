import { eventOf, sameAnswer } from '../support/answers.js';
import { basic } from '../support/client.js';
import { waitForMail } from '../support/mail.js';
import {
  addMember,
  addRole,
  addToOrganization,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const UNKNOWN = `prj_${'0'.repeat(26)}`;

let server: TestServer;
let root: Person;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  ada = await signUp(server);
  bob = await signUp(server, { first_name: 'Bob', name: 'Builder' });
});
afterAll(() => server.stop());

const create = (auth: string, body: unknown) => server.api.post('/v1/projects', body, { auth });
const list = async (auth: string, query: Record<string, string | number> = {}) =>
  expectStatus(200, await server.api.get('/v1/projects', { auth, query })).body;
const names = (page: { items: { name: string }[] }) => page.items.map(item => item.name);

/** A new organization of a person's, in which their next projects can be counted alone. */
async function organizationOf(person: Person): Promise<string> {
  const answer = await server.api.post('/v1/organizations', { name: 'Works' }, { auth: person.auth });
  return expectStatus(201, answer).body.id;
}

describe('creating a project', () => {
  it('makes a new, unverified sandbox of which the caller is owner and administrator', async () => {
    const answer = await create(ada.auth, { name: 'Weather' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^prj_[0-9a-hjkmnp-tv-z]{26}$/),
      name: 'Weather',
      status: 'new',
      environment: 'sandbox',
      purpose: null,
      country: null,
      description: null,
      owner: { id: ada.user.id, email: ada.user.email, name: 'Ada Lovelace' },
      team_size: 1,
      api_key_count: 0,
      customer_count: 0,
      verified: false,
      verified_at: null,
      organization_id: expect.stringMatching(/^org_/),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it('keeps every text as it came, and leaves one event that says what was made', async () => {
    const given = {
      name: '  Wetter – 天気 🌦️ %_\\ ',
      description: 'line\nline\u2028"quoted"',
      purpose: "Robert'); DROP TABLE projects;--",
    };
    const answer = expectStatus(201, await create(ada.auth, { ...given, country: 'de' }));
    expect(answer.body).toMatchObject({ ...given, country: 'DE' });

    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({
      type: 'project.created',
      outcome: 'success',
      category: 'project',
      actor: { type: 'user', id: ada.user.id, name: 'Ada Lovelace' },
      subject_user_id: ada.user.id,
      project_id: answer.body.id,
      target: { type: 'project', id: answer.body.id, name: given.name },
      reason: null,
      ip: '127.0.0.1',
    });
    expect(event.changes).toEqual({
      name: { before: null, after: given.name },
      description: { before: null, after: given.description },
      purpose: { before: null, after: given.purpose },
      country: { before: null, after: 'DE' },
      environment: { before: null, after: 'sandbox' },
      owner: { before: null, after: ada.user.email },
    });
  });

  it('accepts the longest names, whatever characters they are made of', async () => {
    // Folded for search, each of these grows: one of them to eighteen characters.
    for (const letter of ['x', '\u{FDFA}', 'İ', 'ß']) {
      const name = letter.repeat(100);
      expect([letter, (await create(ada.auth, { name })).status]).toEqual([letter, 201]);
      expect(names(await list(ada.auth, { q: name }))).toEqual([name]);
    }
  });

  it('schedules the welcome mail to the owner', async () => {
    const carol = await signUp(server);
    expectStatus(201, await create(root.auth, { name: 'Tide tables', owner_id: carol.user.id }));
    const mail = await waitForMail(server, carol.user.email, null, /Tide tables/);
    expect(mail.subject).toBe('Your project Tide tables is ready');
    expect(mail.text).toContain('Tide tables');
  });

  it('is done by a platform admin for an owner named by id or by e-mail address', async () => {
    for (const owner of [{ owner_id: bob.user.id }, { owner_email: bob.user.email.toUpperCase() }]) {
      const answer = expectStatus(201, await create(root.auth, { name: 'For Bob', ...owner }));
      expect(answer.body.owner.id).toBe(bob.user.id);
      expect(await eventOf(server, root.auth, answer)).toMatchObject({
        actor: { id: root.user.id, role: 'platform_admin' },
        subject_user_id: bob.user.id,
      });
      const record = await server.api.get(`/v1/projects/${answer.body.id}`, { auth: bob.auth });
      expect(record.status).toBe(200);
    }
  });

  it('for somebody else is refused to everybody but platform admins, whether or not they exist', async () => {
    const refused = [];
    for (const owner of [
      { owner_id: bob.user.id },
      { owner_id: `usr_${'0'.repeat(26)}` },
      { owner_email: bob.user.email },
      { owner_email: 'nobody@people.example' },
    ]) {
      refused.push(await create(ada.auth, { name: 'Gift', ...owner }));
    }
    for (const answer of refused) {
      expect([answer.status, answer.body.error.code]).toEqual([403, 'permission_denied']);
      expect(sameAnswer(answer)).toEqual(sameAnswer(refused[0]!));
    }
    expect((await create(ada.auth, { name: 'Mine', owner_email: ada.user.email })).status).toBe(201);
  });

  it('names one owner, who exists', async () => {
    for (const [owner, param] of [
      [{ owner_id: `usr_${'0'.repeat(26)}` }, 'owner_id'],
      [{ owner_email: 'nobody@people.example' }, 'owner_email'],
      [{ owner_id: bob.user.id, owner_email: ada.user.email }, 'owner_email'],
    ] as const) {
      const answer = await create(root.auth, { name: 'Nobody’s', ...owner });
      expect([answer.status, answer.body.error.param]).toEqual([400, param]);
    }
  });

  it('takes an organization of the owner, and no other', async () => {
    const organization_id = await organizationOf(ada);
    const answer = await create(ada.auth, { name: 'Shared', organization_id });
    expect(answer.body).toMatchObject({ organization_id });
    const foreign = await create(bob.auth, { name: 'Shared', organization_id });
    const unknown = await create(bob.auth, { name: 'Shared', organization_id: `org_${'0'.repeat(26)}` });
    expect([foreign.status, foreign.body.error.param]).toEqual([400, 'organization_id']);
    expect(sameAnswer(foreign)).toEqual(sameAnswer(unknown));
  });

  it('in production is for platform admins while promotions are reviewed', async () => {
    const refused = await create(ada.auth, { name: 'Live', environment: 'production' });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'promotion_not_approved']);
    const made = await create(root.auth, { name: 'Live', environment: 'production', owner_id: ada.user.id });
    expect([made.status, made.body.environment]).toEqual([201, 'production']);
  });

  it('refuses what it does not understand', async () => {
    for (const [body, param] of [
      [{}, 'name'],
      [{ name: '' }, 'name'],
      [{ name: ' \t ' }, 'name'],
      [{ name: 'x'.repeat(101) }, 'name'],
      [{ name: 7 }, 'name'],
      [{ name: 'X', country: 'XX' }, 'country'],
      [{ name: 'X', environment: 'staging' }, 'environment'],
      [{ name: 'X', description: 'x'.repeat(2_001) }, 'description'],
      [{ name: 'X', status: 'activated' }, 'status'],
      [{ name: 'X', verified: true }, 'verified'],
      [[], 'body'],
      [undefined, 'body'],
    ] as const) {
      const answer = await create(ada.auth, body);
      expect([body, answer.status, answer.body.error.code]).toEqual([body, 400, 'validation_failed']);
      expect(answer.body.error.details.errors[0]).toEqual({
        param,
        message: expect.any(String),
        fix: expect.any(String),
      });
    }
    for (const [raw, code] of [
      ['{"name":"X","__proto__":{"status":"activated"}}', 'forbidden_key'],
      ['{"name":"a\\u0000b"}', 'invalid_encoding'],
      ['{"name":"\\ud800"}', 'invalid_encoding'],
      ['{"name":', 'invalid_json'],
    ] as const) {
      const answer = await create(ada.auth, raw);
      expect([answer.status, answer.body.error.code]).toEqual([400, code]);
    }
  });

  it('takes a session', async () => {
    expect((await server.api.post('/v1/projects', { name: 'X' })).status).toBe(401);
    const project = await createProject(server, ada.auth);
    const { secret } = await createKey(server, ada.auth, project.id);
    const answer = await create(basic(secret), { name: 'X' });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'session_required']);
  });
});

describe('listing projects', () => {
  it('counts honour the search, and not the status filter', async () => {
    const organization_id = await organizationOf(ada);
    const make = async (name: string, action?: string) => {
      const { id } = await createProject(server, ada.auth, { name, organization_id });
      if (!action) return;
      const body = { confirm: action === 'delete' ? name : true };
      const path = `/v1/projects/${id}/settings/${action}`;
      expectStatus(200, await server.api.post(path, body, { auth: ada.auth }));
    };
    await make('river one');
    await make('river two', 'activate');
    await make('river three', 'suspend');
    await make('river four', 'delete');
    await make('lake', 'activate');

    const rivers = { all: 3, new: 1, activated: 1, suspended: 1 };
    const whole = await list(ada.auth, { organization_id });
    expect(whole).toMatchObject({ total_count: 4, counts: { all: 4, new: 1, activated: 2, suspended: 1 } });
    expect(names(whole)).toEqual(['lake', 'river three', 'river two', 'river one']);
    const searched = await list(ada.auth, { organization_id, q: 'river' });
    expect(searched).toMatchObject({ total_count: 3, counts: rivers });
    const filtered = await list(ada.auth, { organization_id, q: 'RIVER', status: 'suspended' });
    expect(filtered).toMatchObject({ total_count: 1, has_more: false, next_cursor: null, counts: rivers });
    expect(names(filtered)).toEqual(['river three']);

    // Restoring is for platform admins, so is seeing what could be restored.
    const deleted = { organization_id, status: 'deleted' };
    expect(await list(ada.auth, deleted)).toMatchObject({ items: [], total_count: 0 });
    expect(names(await list(root.auth, deleted))).toEqual(['river four']);
    expect((await list(root.auth, { organization_id })).total_count).toBe(4);
  });

  it('goes on by cursor, 50 at a time, whatever is inserted meanwhile', async () => {
    const organization_id = await organizationOf(ada);
    const made: string[] = [];
    for (let i = 0; i < 53; i++) {
      made.unshift((await createProject(server, ada.auth, { name: `P ${i}`, organization_id })).id);
    }
    const first = await list(ada.auth, { organization_id });
    expect(first).toMatchObject({ total_count: 53, has_more: true });
    expect(first.items).toHaveLength(50);
    await createProject(server, ada.auth, { name: 'late', organization_id });
    const second = await list(ada.auth, { organization_id, cursor: first.next_cursor });
    expect(second).toMatchObject({ has_more: false, next_cursor: null });
    expect([...first.items, ...second.items].map(item => item.id)).toEqual(made);
    expect((await list(ada.auth, { organization_id, limit: 2 })).items).toHaveLength(2);
  });

  it('searches literally, and without regard to case in any script', async () => {
    const organization_id = await organizationOf(ada);
    const all = [
      '100% sure',
      '100 sure',
      'a_b',
      'axb',
      'back\\slash',
      'Ärger über Öl',
      'Straße',
      'ΟΔΟΣ',
      'ＦＵＬＬ',
    ];
    for (const name of all) await createProject(server, ada.auth, { name, organization_id });
    for (const [q, found] of [
      ['100%', ['100% sure']],
      ['%', ['100% sure']],
      ['_', ['a_b']],
      ['A_B', ['a_b']],
      ['\\', ['back\\slash']],
      ["'", []],
      ['!', []],
      ['äRGER ÜBER', ['Ärger über Öl']],
      ['STRASSE', ['Straße']],
      ['οδος', ['ΟΔΟΣ']],
      ['οδοσ', ['ΟΔΟΣ']],
      ['full', ['ＦＵＬＬ']],
    ] as const) {
      expect([q, names(await list(ada.auth, { organization_id, q }))]).toEqual([q, found]);
    }
  });

  it('is narrowed by environment and organization', async () => {
    const organization_id = await organizationOf(ada);
    await createProject(server, ada.auth, { name: 'box', organization_id });
    const live = { name: 'live', organization_id, owner_id: ada.user.id, environment: 'production' };
    await createProject(server, root.auth, live);
    expect(names(await list(ada.auth, { organization_id, environment: 'production' }))).toEqual(['live']);
    expect(names(await list(ada.auth, { organization_id, environment: 'sandbox' }))).toEqual(['box']);
    const foreign = await list(bob.auth, { organization_id });
    expect(foreign).toEqual(await list(bob.auth, { organization_id: `org_${'0'.repeat(26)}` }));
    expect(foreign).toMatchObject({ items: [], total_count: 0, counts: { all: 0 } });
  });

  it('refuses what it does not understand', async () => {
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=many',
      'limit=1&limit=2',
      'status=gone',
      'environment=staging',
      'cursor=AAAA',
      'cursor=djE6eA%3D%3D',
      'sort=name',
      `q=${'x'.repeat(201)}`,
      'q=%00',
      'q=%ff',
    ]) {
      const answer = await server.api.get(`/v1/projects?${query}`, { auth: ada.auth });
      expect([query, answer.status]).toEqual([query, 400]);
    }
    expect((await server.api.get('/v1/projects')).status).toBe(401);
  });

  it('shows people their teams’ projects, organization owners and admins all of theirs, a key its own', async () => {
    const owner = await signUp(server);
    const boss = await signUp(server);
    const worker = await signUp(server);
    const stopped = await signUp(server);
    const organization_id = await organizationOf(owner);
    const one = await createProject(server, owner.auth, { name: 'one', organization_id });
    await createProject(server, owner.auth, { name: 'two', organization_id });
    await addToOrganization(server, organization_id, boss, 'admin');
    await addToOrganization(server, organization_id, worker, 'member');
    await addToOrganization(server, organization_id, stopped, 'admin', 'suspended');
    expect(names(await list(owner.auth))).toEqual(['two', 'one']);
    expect(names(await list(boss.auth))).toEqual(['two', 'one']);
    expect(names(await list(worker.auth))).toEqual([]);
    expect(names(await list(stopped.auth))).toEqual([]);

    await addMember(server, one.id, worker, 'viewer');
    await addMember(server, one.id, stopped, 'administrator', 'suspended');
    expect(await list(worker.auth)).toMatchObject({ total_count: 1, items: [{ name: 'one', team_size: 3 }] });
    expect(names(await list(stopped.auth))).toEqual([]);

    const { secret } = await createKey(server, owner.auth, one.id);
    const own = await list(basic(secret));
    expect(own).toMatchObject({
      total_count: 1,
      counts: { all: 1 },
      items: [{ id: one.id, api_key_count: 1 }],
    });
    expect(names(await list(root.auth, { q: 'tw', organization_id }))).toEqual(['two']);
  });
});

describe('listing projects of which few pass the filter', () => {
  it('shows those of the person’s teams among them, and no others', async () => {
    const worker = await signUp(server);
    for (const name of ['first', 'second', 'third', 'fourth']) {
      await addMember(server, (await createProject(server, ada.auth, { name })).id, worker, 'viewer');
    }
    const organization_id = await organizationOf(ada);
    const joined = await createProject(server, ada.auth, { name: 'joined', organization_id });
    await createProject(server, ada.auth, { name: 'not joined', organization_id });
    await addMember(server, joined.id, worker, 'viewer');
    const left = await createProject(server, ada.auth, { name: 'left', organization_id });
    await addMember(server, left.id, worker, 'viewer', 'suspended');
    const queries: Record<string, string>[] = [
      {},
      { status: 'new' },
      { environment: 'sandbox' },
      { q: 'join' },
    ];
    for (const query of queries)
      expect(await list(worker.auth, { organization_id, ...query })).toMatchObject({
        items: [{ name: 'joined' }],
        total_count: 1,
        counts: { all: 1, new: 1 },
      });
    expect(names(await list(worker.auth, { organization_id, status: 'suspended' }))).toEqual([]);
    await addToOrganization(server, organization_id, worker, 'member', 'suspended');
    expect(names(await list(worker.auth, { organization_id }))).toEqual([]);
  });
});

describe('listing projects without project:read', () => {
  it('tells which they are, and nothing more', async () => {
    const project = await createProject(server, ada.auth, {
      name: 'Sealed',
      description: 'Secret',
      country: 'LI',
    });
    const carl = await signUp(server);
    const role = await addRole(server, project.id, ['customers:write']);
    await addMember(server, project.id, carl, role);
    const { secret } = await createKey(server, ada.auth, project.id, { role_id: role });
    const { id, name, environment, organization_id } = project;
    for (const auth of [carl.auth, basic(secret)]) {
      expect((await server.api.get(`/v1/projects/${id}`, { auth })).status).toBe(403);
      const { items } = expectStatus(200, await server.api.get('/v1/projects', { auth })).body;
      const told = { id, name, status: expect.any(String), environment, organization_id };
      expect(items).toEqual([
        { ...Object.fromEntries(Object.keys(project).map(field => [field, '[REDACTED]'])), ...told },
      ]);
      expect(['new', 'activated']).toContain(items[0].status);
    }
  });
});

describe('a project’s record', () => {
  it('shows its three cards and its environment', async () => {
    const made = await createProject(server, ada.auth, { name: 'Record', purpose: 'Testing', country: 'FR' });
    const path = `/v1/projects/${made.id}`;
    await addMember(server, made.id, bob, 'viewer');
    await createKey(server, ada.auth, made.id);
    const { api_key } = await createKey(server, ada.auth, made.id);
    await server.api.patch(`${path}/api-keys/${api_key.id}`, { status: 'suspended' }, { auth: ada.auth });
    const { body } = expectStatus(200, await server.api.get(path, { auth: bob.auth }));
    expect(body).toEqual({
      project: { ...made, team_size: 2, api_key_count: 2 },
      owner: {
        id: ada.user.id,
        email: ada.user.email,
        first_name: 'Ada',
        name: 'Lovelace',
        phone: null,
        country: null,
        status: 'activated',
        created_at: ada.user.created_at,
      },
      verification: { verified: false, verified_at: null, verified_by: null },
      environment: {
        environment: 'sandbox',
        promotion_state: 'not_ready',
        serving_keys: 1,
        webhook_targets: 0,
        threshold_alerts: 0,
        media_files: 0,
        media_bytes: 0,
        drifted: false,
      },
    });

    expectStatus(
      200,
      await server.api.post(`${path}/settings/verify`, { confirm: true }, { auth: root.auth }),
    );
    expect((await server.api.get(path, { auth: ada.auth })).body.verification).toEqual({
      verified: true,
      verified_at: expect.stringMatching(/Z$/),
      verified_by: root.user.id,
    });
  });

  it('of another project cannot be told from one that does not exist', async () => {
    const made = await createProject(server, ada.auth);
    const foreign = await createProject(server, bob.auth);
    const { secret } = await createKey(server, bob.auth, foreign.id);
    const none = sameAnswer(await server.api.get(`/v1/projects/${UNKNOWN}`, { auth: bob.auth }));
    expect(none).toMatchObject({ status: 404, body: { error: { code: 'not_found', type: 'not_found' } } });
    for (const auth of [bob.auth, basic(secret)]) {
      for (const id of [made.id, UNKNOWN, 'prj_', 'x', made.id.toUpperCase(), `${made.id}%20`]) {
        expect(sameAnswer(await server.api.get(`/v1/projects/${id}`, { auth }))).toEqual(none);
      }
    }
  });

  it('takes credentials, and the permission project:read', async () => {
    const { id } = await createProject(server, ada.auth);
    const anonymous = await server.api.get(`/v1/projects/${id}`);
    expect([anonymous.status, anonymous.body.error.code]).toEqual([401, 'missing_api_key']);
    expect(anonymous.headers.get('www-authenticate')).toContain('Basic');
    await addMember(server, id, bob, await addRole(server, id, ['members:read']));
    const refused = await server.api.get(`/v1/projects/${id}`, { auth: bob.auth });
    expect([refused.status, refused.body.error.details]).toEqual([403, { permission: 'project:read' }]);
  });
});

describe('with PROMOTION_REVIEW=off', () => {
  let unreviewed: TestServer;
  beforeAll(async () => {
    unreviewed = await startServer({ PROMOTION_REVIEW: 'off' });
  });
  afterAll(() => unreviewed?.stop());

  it('everybody may create production projects, whose keys begin with bw_live_', async () => {
    const person = await signUp(unreviewed);
    const project = await createProject(unreviewed, person.auth, { environment: 'production' });
    expect(project.environment).toBe('production');
    const { secret, api_key } = await createKey(unreviewed, person.auth, project.id);
    expect(secret).toMatch(/^bw_live_[0-9A-Za-z]{38}$/);
    expect(api_key.preview).toBe(`bw_live_…${secret.slice(-4)}`);
  });
});
