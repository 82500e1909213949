import { Buffers } from '../../src/kernel/buffers/buffers.js';
import { type LoggedEvent, projectEvents } from '../support/answers.js';
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

let server: TestServer;
let root: Person;
let ada: Person;
let project: { id: string };

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  ada = await signUp(server, { first_name: 'Ada', name: 'King' });
  project = await createProject(server, ada.auth, { name: '100% Wool_and\\Silk' });
  await createKey(server, ada.auth, project.id, { name: 'Loom' });
  await createProject(server, ada.auth, { name: '100 Wool and Silk' });
  await server.api.post('/v1/sessions', { email: ada.user.email, password: 'not the password' });
});
afterAll(() => server.stop());

type Query = Record<string, string | number>;
const list = async (query: Query = {}) =>
  expectStatus(200, await server.api.get('/v1/events', { auth: root.auth, query })).body;
const typesOf = ({ items }: { items: LoggedEvent[] }) => items.map(event => event.type);

describe('the platform log', () => {
  it('shows everything newest first, with counted cards', async () => {
    const all = await list();
    expect(typesOf(all)).toEqual([
      'user.sign_in_failed',
      'project.created',
      'api_key.created',
      'project.created',
      'user.signed_in',
      'user.activated',
      'user.created',
      'user.signed_in',
      'user.created',
    ]);
    expect(all).toMatchObject({
      total_count: 9,
      has_more: false,
      next_cursor: null,
      counts: { all: 9, user: 6, project: 3, admin: 0 },
    });
  });

  it.each([
    ['user', 6],
    ['project', 3],
    ['admin', 0],
  ])('about %s shows that card, while the cards count all', async (about, total) => {
    const some = await list({ about });
    expect(some).toMatchObject({ total_count: total, counts: { all: 9, user: 6, project: 3, admin: 0 } });
    expect(some.items.every((event: LoggedEvent) => event.category === about)).toBe(true);
  });

  const filters: [string, () => Query, string[]][] = [
    ['a type', () => ({ type: 'user.activated' }), ['user.activated']],
    [
      'a wildcard',
      () => ({ type: 'user.sign*' }),
      ['user.sign_in_failed', 'user.signed_in', 'user.signed_in'],
    ],
    ['a thing', () => ({ type: 'api_key.*' }), ['api_key.created']],
    ['a wildcard whose _ is literal', () => ({ type: 'apixkey.*' }), []],
    ['an outcome', () => ({ outcome: 'failed' }), ['user.sign_in_failed']],
    ['type and outcome', () => ({ type: 'user.*', outcome: 'denied' }), []],
    ['a target', () => ({ target_id: project.id }), ['project.created']],
    ['a search for a name', () => ({ q: 'LOOM' }), ['api_key.created']],
    ['a search with %', () => ({ q: '100%' }), ['project.created']],
    ['a search with _', () => ({ q: 'wool_and' }), ['project.created']],
    ['a search with a backslash', () => ({ q: 'and\\silk' }), ['project.created']],
    ['a search with a quote', () => ({ q: "' OR 1=1 -- " }), []],
    ['a search for an id', () => ({ q: project.id }), ['project.created']],
    ['a search for a type', () => ({ q: 'sign_in_failed' }), ['user.sign_in_failed']],
    ['an empty search', () => ({ q: '', type: 'api_key.*' }), ['api_key.created']],
  ];
  it.each(filters)('can be narrowed by %s', async (_, query, types) => {
    const some = await list(query());
    expect(typesOf(some)).toEqual(types);
    expect(some.total_count).toBe(types.length);
    expect(some.counts.all).toBe(types.length);
  });

  it('can be narrowed by actor and by time, to the millisecond', async () => {
    const mine = await list({ actor_id: ada.user.id });
    expect(typesOf(mine)).toEqual([
      'project.created',
      'api_key.created',
      'project.created',
      'user.signed_in',
      'user.activated',
    ]);
    const { items } = await list();
    const [created] = items.filter((event: LoggedEvent) => event.type === 'api_key.created');
    const at = created.created_at;
    const next = new Date(Date.parse(at) + 1).toISOString();
    expect((await list({ from: at, to: next })).items).toContainEqual(created);
    expect((await list({ from: next })).items).not.toContainEqual(created);
    expect((await list({ to: at })).items).not.toContainEqual(created);
    expect((await list({ from: at, to: at })).total_count).toBe(0);
  });

  it('goes page by page', async () => {
    const whole: string[] = (await list()).items.map((event: LoggedEvent) => event.id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: any = await list({ limit: 2, type: '*', ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map((event: LoggedEvent) => event.id));
      cursor = page.next_cursor;
    } while (cursor);
    expect(seen).toEqual(whole);
  });

  it.each([
    [{ limit: 501 }, 'limit'],
    [{ limit: 0 }, 'limit'],
    [{ type: 'User.*' }, 'type'],
    [{ type: '*.created' }, 'type'],
    [{ outcome: 'ok' }, 'outcome'],
    [{ about: 'everything' }, 'about'],
    [{ from: 'yesterday' }, 'from'],
    [{ to: '2026-13-01T00:00:00.000Z' }, 'to'],
    [{ actor: 'x' }, 'actor'],
  ])('refuses %j', async (query, param) => {
    const answer = expectStatus(
      400,
      await server.api.get('/v1/events', { auth: root.auth, query: query as Query }),
    );
    expect(answer.body.error).toMatchObject({ code: 'validation_failed', param });
  });

  it('is for platform admins; the refusal of others is logged', async () => {
    const answer = expectStatus(403, await server.api.get('/v1/events', ada));
    expect(answer.body.error.code).toBe('permission_denied');
    const denied = await list({ type: 'access.denied' });
    expect(denied.items).toEqual([
      expect.objectContaining({
        outcome: 'denied',
        actor: expect.objectContaining({ id: ada.user.id }),
        request_id: answer.headers.get('x-request-id'),
      }),
    ]);
    // A flood of refusals does not fill the log.
    await Promise.all(Array.from({ length: 20 }, () => server.api.get('/v1/events', ada)));
    expect((await list({ type: 'access.denied' })).total_count).toBe(1);
  });
});

it('shows 500 entries per page unless asked otherwise', async () => {
  const clara = await signUp(server);
  for (let round = 0; round < 17; round++) {
    const changes = Array.from({ length: 30 }, (_, index) =>
      server.api.patch('/v1/me', { name: `Clara ${round} ${index}` }, clara),
    );
    for (const answer of await Promise.all(changes)) expectStatus(200, answer);
  }
  const first = await list({ type: 'user.updated' });
  expect(first.items).toHaveLength(500);
  expect(first).toMatchObject({ total_count: 510, has_more: true });
  const rest = await list({ type: 'user.updated', cursor: first.next_cursor });
  expect(rest.items).toHaveLength(10);
  expect(rest).toMatchObject({ total_count: 510, has_more: false, next_cursor: null });
}, 90_000);

it('a flood of refusals leaves two entries: the first at once, the others counted by route', async () => {
  const owner = await signUp(server);
  const viewer = await signUp(server);
  const { id } = await createProject(server, owner.auth);
  await addMember(server, id, viewer, 'viewer');
  const denied = (person: Person) => projectEvents(server, person.auth, id, { type: 'access.denied' });

  const paths = [
    ...Array<string>(20).fill(`/v1/projects/${id}/settings`),
    ...Array<string>(15).fill(`/v1/projects/${id}/events`),
  ];
  const answers = await Promise.all(paths.map(path => server.api.get(path, { auth: viewer.auth })));
  expect(new Set(answers.map(answer => answer.status))).toEqual(new Set([403]));
  expect(await denied(owner)).toHaveLength(1);

  // What is counted is written when the minute is over, or the server stops.
  await server.app.get(Buffers, { strict: false }).flushAll();
  const [counted, first, ...others] = await denied(owner);
  expect(others).toEqual([]);
  expect(first!.changes).toEqual({ code: { before: null, after: 'permission_denied' } });
  expect(counted).toMatchObject({
    outcome: 'denied',
    actor: { id: viewer.user.id },
    project_id: id,
    reason: '34 further refusals within a minute',
  });
  const refusals: Record<string, number> = counted!.changes.refusals.after;
  expect(Object.values(refusals).reduce((sum, count) => sum + count)).toBe(34);
  expect(Object.keys(refusals).sort()).toEqual([
    'GET /v1/projects/:id/events',
    'GET /v1/projects/:id/settings',
  ]);
});
