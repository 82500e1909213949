import { LessThan, Not } from 'typeorm';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { IdempotencyRecord } from '../../src/kernel/mutations/idempotency.entity.js';
import { Idempotency } from '../../src/kernel/mutations/idempotency.js';
import { codeOf, eventsOf, type LoggedEvent, projectEvents } from '../support/answers.js';
import { type Answer, basic } from '../support/client.js';
import {
  addMember,
  addRole,
  addToOrganization,
  admin,
  createKey,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  ROLE_IDS,
  signUp,
  write,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let root: Person;
let ada: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  ada = await signUp(server);
});
afterAll(() => server.stop());

/** Sends a POST under an idempotency key. */
const post = (path: string, key: string, body: unknown, auth: string = ada.auth) =>
  server.api.post(path, body, { auth, headers: { 'idempotency-key': key } });
const replayed = (answer: Answer) => answer.headers.get('idempotent-replayed') === 'true';
const countNamed = async (q: string) =>
  expectStatus(200, await server.api.get('/v1/projects', { auth: root.auth, query: { q } })).body.total_count;

it('the same request again answers the same, and has no second effect', async () => {
  const first = expectStatus(201, await post('/v1/projects', 'one', { name: 'Only once' }));
  expect(replayed(first)).toBe(false);
  const again = await post('/v1/projects', 'one', { name: 'Only once' });
  expect([again.status, again.body, replayed(again)]).toEqual([201, first.body, true]);
  expect(await countNamed('Only once')).toBe(1);
  expect(await eventsOf(server, root.auth, first)).toHaveLength(1);
  expect(await eventsOf(server, root.auth, again)).toEqual([]);
  const mails = (await server.mails()).filter(mail => mail.subject?.includes('Only once'));
  expect(mails.length).toBeLessThanOrEqual(1);
});

it('of many at once one has its effect, the others are told so', async () => {
  for (let round = 0; round < 3; round++) {
    const name = `Parallel ${round}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/projects', name, { name })));
    const made = answers.filter(answer => answer.status === 201);
    expect(made.filter(answer => !replayed(answer))).toHaveLength(1);
    expect(new Set(made.map(answer => answer.body.id)).size).toBe(1);
    for (const answer of answers.filter(other => other.status !== 201)) {
      expect(codeOf(answer)).toEqual([409, 'idempotency_in_flight']);
      expect(answer.body.error.retryable).toBe(true);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(await countNamed(name)).toBe(1);
    expect(await projectEvents(server, ada.auth, made[0]!.body.id, { type: 'project.created' })).toHaveLength(
      1,
    );
  }
});

describe('of many at once in several processes', () => {
  // A process knows only of its own requests that they are still running.
  const unaware = { has: () => false, add: () => undefined, delete: () => undefined };
  let running: unknown;

  beforeAll(() => {
    const idempotency: any = server.app.get(Idempotency, { strict: false });
    running = idempotency.running;
    idempotency.running = unaware;
  });
  afterAll(() => {
    (server.app.get(Idempotency, { strict: false }) as any).running = running;
  });

  it('all get the one answer, also those that its effect stands in the way of', async () => {
    const { id } = await createProject(server, ada.auth);
    const bodies = {
      invitations: { email: 'once@invited.example' },
      roles: { name: 'Once', permissions: ['project:read'] },
      customers: { customer_id: 'once' },
      'attribute-visibility': { attribute: 'customer.email', hidden_from: [ROLE_IDS.viewer] },
    };
    for (const [kind, body] of Object.entries(bodies)) {
      const send = () => post(`/v1/projects/${id}/${kind}`, 'once', body);
      const answers = await Promise.all(Array.from({ length: 10 }, send));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
      expect(answers.filter(answer => !replayed(answer))).toHaveLength(1);
      for (const answer of answers) expect(answer.body).toEqual(answers[0]!.body);
    }
  });
});

it('another body under the same key is refused', async () => {
  const first = expectStatus(201, await post('/v1/projects', 'body', { name: 'First' }));
  for (const body of [{ name: 'Second' }, { name: 'First', purpose: 'more' }, {}, undefined]) {
    expect(codeOf(await post('/v1/projects', 'body', body))).toEqual([422, 'idempotency_mismatch']);
  }
  expect((await post('/v1/projects', 'body', { name: 'First' })).body).toEqual(first.body);
});

it('what failed is not remembered', async () => {
  expect((await post('/v1/projects', 'fails', { name: '' })).status).toBe(400);
  expect((await post('/v1/projects', 'fails', { name: 'X', environment: 'production' })).status).toBe(409);
  expect(replayed(expectStatus(201, await post('/v1/projects', 'fails', { name: 'Fixed' })))).toBe(false);

  const { id } = await createProject(server, ada.auth);
  const suspend = `/v1/projects/${id}/settings/suspend`;
  expect((await post(suspend, 'ask', {})).status).toBe(428);
  expectStatus(200, await post(suspend, 'ask', { confirm: true }));
  // Suspending again would be a 409; the replay answers what was answered.
  const again = await post(suspend, 'ask', { confirm: true });
  expect([again.status, again.body.status, replayed(again)]).toEqual([200, 'suspended', true]);
});

it('a key belongs to its principal and its route', async () => {
  const bob = await signUp(server);
  const mine = expectStatus(201, await post('/v1/projects', 'shared', { name: 'Mine' }));
  const theirs = expectStatus(201, await post('/v1/projects', 'shared', { name: 'Theirs' }, bob.auth));
  expect(theirs.body.id).not.toBe(mine.body.id);
  const keys = (id: string) => `/v1/projects/${id}/api-keys`;
  const one = await createProject(server, ada.auth);
  const key = expectStatus(201, await post(keys(mine.body.id), 'shared', { name: 'K' }));
  const other = expectStatus(201, await post(keys(one.id), 'shared', { name: 'K' }));
  expect(other.body.api_key.id).not.toBe(key.body.api_key.id);
  expect(replayed(expectStatus(201, await post('/v1/organizations', 'shared', { name: 'Mine' })))).toBe(
    false,
  );
});

it('an API key’s requests have theirs, and secrets are left out of replays', async () => {
  const { id } = await createProject(server, ada.auth);
  const { secret } = await createKey(server, ada.auth, id, { role_id: ROLE_IDS.administrator });
  const path = `/v1/projects/${id}/api-keys`;
  const first = expectStatus(201, await post(path, 'k', { name: 'K' }, basic(secret)));
  expect(first.body.secret).toMatch(/^bw_test_/);
  const again = expectStatus(201, await post(path, 'k', { name: 'K' }, basic(secret)));
  expect([again.body, replayed(again)]).toEqual([{ api_key: first.body.api_key }, true]);
  const person = expectStatus(201, await post(path, 'k', { name: 'K' }));
  expect(person.body.api_key.id).not.toBe(first.body.api_key.id);
});

it('who may no longer make the request gets no replay', async () => {
  const { id } = await createProject(server, ada.auth);
  const { secret, api_key } = await createKey(server, ada.auth, id, { role_id: ROLE_IDS.administrator });
  const path = `/v1/projects/${id}/api-keys`;
  expectStatus(201, await post(path, 'gone', { name: 'K' }, basic(secret)));
  expectStatus(200, await server.api.delete(`${path}/${api_key.id}`, undefined, { auth: ada.auth }));
  expect((await post(path, 'gone', { name: 'K' }, basic(secret))).status).toBe(401);
});

it('after a day the key is free again', async () => {
  const first = expectStatus(201, await post('/v1/projects', 'old', { name: 'Old' }));
  await write(server, db =>
    db.update(IdempotencyRecord, { id: Not('') }, { expires_at: new Date(Date.now() - 1) }),
  );
  const second = expectStatus(201, await post('/v1/projects', 'old', { name: 'New' }));
  expect(replayed(second)).toBe(false);
  expect(second.body.id).not.toBe(first.body.id);
  expect((await post('/v1/projects', 'old', { name: 'New' })).body).toEqual(second.body);
});

it('records that have expired are deleted, however many, and no others', async () => {
  const live = expectStatus(201, await post('/v1/projects', 'kept', { name: 'Kept' }));
  const record = (place: number): IdempotencyRecord => ({
    ...{ id: `expired ${place}`, fingerprint: '', status: 201, response: {} },
    expires_at: new Date(Date.now() - 1_000),
  });
  await write(server, async manager => {
    for (let from = 0; from < 1_100; from += 100)
      await manager.insert(
        IdempotencyRecord,
        Array.from({ length: 100 }, (_, i) => record(from + i)),
      );
  });
  await server.app.get(Idempotency, { strict: false }).purge(new Date());
  const reader = server.app.get(Database).read(RequestContext.reading('test'));
  expect(await reader.countBy(IdempotencyRecord, { expires_at: LessThan(new Date()) })).toBe(0);
  const again = await post('/v1/projects', 'kept', { name: 'Kept' });
  expect([again.body, replayed(again)]).toEqual([live.body, true]);
});

it('a key has 1 to 255 printable ASCII characters', async () => {
  for (const key of ['', 'x'.repeat(256), 'a\tb', 'é', '\x80']) {
    const answer = await post('/v1/projects', key, { name: 'Unwanted' });
    expect([key, ...codeOf(answer)]).toEqual([key, 400, 'invalid_idempotency_key']);
  }
  for (const key of ['x'.repeat(255), '~ {"printable": yes!}']) {
    expectStatus(201, await post('/v1/projects', key, { name: 'Wanted' }));
    expect(replayed(await post('/v1/projects', key, { name: 'Wanted' }))).toBe(true);
  }
  expect(await countNamed('Unwanted')).toBe(0);
});

it('public routes and other methods know no idempotency keys', async () => {
  const headers = { 'idempotency-key': 'ignored' };
  const body = { email: 'twice@people.example', password: PASSWORD, first_name: 'A', name: 'B' };
  expectStatus(201, await server.api.post('/v1/users', body, { headers }));
  const again = expectStatus(201, await server.api.post('/v1/users', { ...body, name: 'C' }, { headers }));
  expect([again.body.name, replayed(again)]).toEqual(['C', false]);

  const path = `/v1/projects/${(await createProject(server, ada.auth)).id}/settings`;
  for (const name of ['One', 'Two']) {
    const answer = expectStatus(
      200,
      await server.api.patch(path, { name, confirm: true }, { auth: ada.auth, headers }),
    );
    expect([answer.body.name, replayed(answer)]).toEqual([name, false]);
  }
});

describe('changes at the same time', () => {
  /** How often each of the fields is changed, all at once. */
  const TIMES = 6;

  let owner: Person;

  beforeAll(async () => {
    owner = await signUp(server);
  });

  const times = Array.from({ length: TIMES }, (_, time) => time);
  const get = async (path: string, query: Record<string, string | number> = {}) =>
    expectStatus(200, await server.api.get(path, { auth: root.auth, query })).body;
  const patch = (path: string, body: object, { auth } = root) => server.api.patch(path, body, { auth });

  /** Values that no other field and no other person has, nor any that contains them. */
  const valuesOf = (field: string) => times.map(time => `${field}-${time}-${owner.user.id}`);

  async function allDone(requests: Promise<Answer>[]): Promise<void> {
    for (const answer of await Promise.all(requests)) expectStatus(200, answer);
  }

  /** What the changes of an object make of its fields; each entry must begin where the one before it ended. */
  async function replayed(id: string, type: string, count: number): Promise<Record<string, unknown>> {
    const events: LoggedEvent[] = (await get('/v1/events', { target_id: id, type })).items;
    expect(events).toHaveLength(count);
    const fields: Record<string, unknown> = {};
    for (const event of events.reverse()) {
      for (const [field, { before, after }] of Object.entries<any>(event.changes)) {
        if (field in fields) expect({ field, before }).toEqual({ field, before: fields[field] });
        fields[field] = after;
      }
    }
    return fields;
  }

  async function foundBy(q: string): Promise<string[]> {
    return (await get('/v1/users', { q })).items.map((user: { id: string }) => user.id);
  }

  it('of a person, field by field, leave search, record and event log agreeing', async () => {
    const { id } = owner.user;
    const [first, last, phones] = [valuesOf('first'), valuesOf('last'), valuesOf('p')];
    await allDone(
      times.flatMap(time => [
        patch('/v1/me', { first_name: first[time] }, owner),
        patch(`/v1/users/${id}`, { phone: phones[time] }),
        patch('/v1/me', { name: last[time] }, owner),
        patch(`/v1/users/${id}`, { max_projects: 100 + time }),
      ]),
    );
    const user = await get(`/v1/users/${id}`);
    const now = new Set([user.first_name, user.name, user.phone]);
    expect(now.size).toBe(3);
    for (const value of [...first, ...last, ...phones]) {
      expect({ value, found: await foundBy(value) }).toEqual({ value, found: now.has(value) ? [id] : [] });
    }
    const fields = await replayed(id, 'user.updated', TIMES * 4);
    expect(Object.keys(fields).sort()).toEqual(['first_name', 'max_projects', 'name', 'phone']);
    expect(user).toMatchObject(fields);
  });

  it('of an organization, by several, leave record and event log agreeing', async () => {
    const { id } = expectStatus(
      201,
      await server.api.post('/v1/organizations', { name: 'Weather' }, { auth: owner.auth }),
    ).body;
    const [path, subscription] = [`/v1/organizations/${id}`, `/v1/organizations/${id}/subscription`];
    await allDone(
      times.flatMap(time => [
        patch(path, { name: `Weather ${time}` }, owner),
        patch(subscription, { requests_per_minute: 1_000 + time, plan: `plan ${time}` }),
        patch(subscription, { requests_per_day: 10_000 + time }),
      ]),
    );
    const { name, ...limits } = await replayed(id, 'organization.updated', TIMES * 3);
    expect(await get(path)).toMatchObject({ name });
    expect(Object.keys(limits).sort()).toEqual(['plan', 'requests_per_day', 'requests_per_minute']);
    expect(await get(subscription)).toMatchObject(limits);
  });
});

describe('who lost the right gets no old answer', () => {
  it('an admin removed from the organization', async () => {
    const { id } = expectStatus(201, await server.api.post('/v1/organizations', { name: 'Acme' }, ada)).body;
    const grace = await signUp(server);
    const place = await addToOrganization(server, id, grace, 'admin');
    const path = `/v1/organizations/${id}/invitations`;
    const invite = () => post(path, 'removed', { email: 'later@people.example' }, grace.auth);
    expectStatus(201, await invite());
    expect(replayed(await invite())).toBe(true);
    expectStatus(
      200,
      await server.api.patch(`/v1/organizations/${id}/members/${place}`, { role: 'member' }, ada),
    );
    expect(codeOf(await invite())).toEqual([403, 'permission_denied']);
    expectStatus(200, await server.api.delete(`/v1/organizations/${id}/members/${place}`, undefined, ada));
    const answer = await invite();
    expect([...codeOf(answer), replayed(answer)]).toEqual([404, 'not_found', false]);
  });

  it('a key, and a member, with a weaker role', async () => {
    const { id } = await createProject(server, ada.auth);
    const issuer = await addRole(server, id, ['project:read', 'api_keys:read', 'api_keys:write']);
    const { api_key, secret } = await createKey(server, ada.auth, id, { role_id: ROLE_IDS.administrator });
    const path = `/v1/projects/${id}/api-keys`;
    const issue = (auth: string) =>
      post(path, 'weaker', { name: 'K', role_id: ROLE_IDS.administrator }, auth);
    const first = expectStatus(201, await issue(basic(secret)));
    const again = await issue(basic(secret));
    expect([again.body.api_key, replayed(again)]).toEqual([first.body.api_key, true]);
    expectStatus(200, await server.api.patch(`${path}/${api_key.id}`, { role_id: issuer }, ada));
    expect(codeOf(await issue(basic(secret)))).toEqual([403, 'permission_escalation']);

    const grace = await signUp(server);
    const member = await addMember(server, id, grace, 'administrator');
    expectStatus(201, await issue(grace.auth));
    const viewer = { role_id: ROLE_IDS.viewer };
    expectStatus(200, await server.api.patch(`/v1/projects/${id}/members/${member}`, viewer, ada));
    expect(codeOf(await issue(grace.auth))).toEqual([403, 'permission_denied']);
  });

  it('but who gave it up by the very request does', async () => {
    const grace = await signUp(server);
    const { id } = await createProject(server, ada.auth);
    const invitation = expectStatus(
      201,
      await server.api.post(`/v1/projects/${id}/invitations`, { email: grace.user.email }, ada),
    ).body;
    const accept = () => post(`/v1/me/invitations/${invitation.id}/accept`, 'accept', undefined, grace.auth);
    const joined = expectStatus(200, await accept());
    const again = await accept();
    expect([again.status, again.body, replayed(again)]).toEqual([200, joined.body, true]);

    const { items } = expectStatus(200, await server.api.get(`/v1/projects/${id}/members`, ada)).body;
    const member_id = items.find((item: { user_id: string }) => item.user_id === grace.user.id).id;
    const transfer = () =>
      post(`/v1/projects/${id}/settings/transfer-ownership`, 'transfer', { confirm: true, member_id });
    const done = expectStatus(200, await transfer());
    const repeated = await transfer();
    expect([repeated.status, repeated.body, replayed(repeated)]).toEqual([200, done.body, true]);
  });
});
