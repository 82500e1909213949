import { codeOf, eventOf, eventsOf, projectEvents, sameAnswer } from '../support/answers.js';
import { type Answer, basic } from '../support/client.js';
import {
  addMember,
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

const UNKNOWN_EVENT = `evt_${'0'.repeat(26)}`;
const UNKNOWN_PROJECT = `prj_${'0'.repeat(26)}`;

let server: TestServer;
let root: Person;
let owner: Person;
let worker: Person;
let stranger: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  owner = await signUp(server);
  worker = await signUp(server);
  stranger = await signUp(server);
});
afterAll(() => server.stop());

const types = (events: { type: string }[]) => events.map(event => event.type);
const log = (id: string) => `/v1/projects/${id}/events`;

describe('a project’s event log', () => {
  let id: string;
  let key: { api_key: { id: string }; secret: string };
  let rename: Answer;

  beforeAll(async () => {
    id = (await createProject(server, owner.auth, { name: 'Ärger_1' })).id;
    key = await createKey(server, owner.auth, id, { name: '100% sure', role_id: ROLE_IDS.administrator });
    const path = `/v1/projects/${id}`;
    const auth = basic(key.secret);
    rename = await server.api.patch(`${path}/api-keys/${key.api_key.id}`, { name: '100% safe' }, { auth });
    await server.api.post(`${path}/settings/verify`, { confirm: true }, { auth });
    await createKey(server, root.auth, id, { name: 'Zweiter' });
    await createProject(server, owner.auth, { name: 'Another' });
  });
  const events = (query: Record<string, string | number> = {}) =>
    projectEvents(server, owner.auth, id, query);

  it('tells everything that happened to it, newest first, and nothing of other projects', async () => {
    expect(types(await events())).toEqual([
      'api_key.created',
      'access.denied',
      'project.activated',
      'api_key.updated',
      'api_key.created',
      'project.created',
    ]);
  });

  it('says of each entry who did what to what, from where', async () => {
    const event = (await events({ type: 'api_key.updated' }))[0]!;
    expect({ ...event, sequence: null }).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-hjkmnp-tv-z]{26}$/),
      // Null until the entry is sealed, which may have happened.
      sequence: null,
      type: 'api_key.updated',
      outcome: 'success',
      category: 'project',
      actor: { type: 'api_key', id: key.api_key.id, name: '100% sure', role: 'administrator' },
      subject_user_id: null,
      project_id: id,
      target: { type: 'api_key', id: key.api_key.id, name: '100% safe' },
      changes: { name: { before: '100% sure', after: '100% safe' } },
      effects: [],
      reason: null,
      ip: '127.0.0.1',
      user_agent: 'node',
      request_id: rename.headers.get('x-request-id'),
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    const one = await server.api.get(`${log(id)}/${event.id}`, { auth: owner.auth });
    expect({ ...one.body, sequence: null }).toEqual({ ...event, sequence: null });
  });

  it('is narrowed by type, actor, target, outcome and time', async () => {
    expect(types(await events({ type: 'project.created' }))).toEqual(['project.created']);
    expect(types(await events({ type: 'api_key.*' }))).toEqual([
      'api_key.created',
      'api_key.updated',
      'api_key.created',
    ]);
    expect(await events({ type: '*' })).toHaveLength(6);
    // The underscore is no wildcard.
    expect(await events({ type: 'api.key.*' })).toEqual([]);
    expect(types(await events({ actor_id: key.api_key.id }))).toEqual([
      'access.denied',
      'project.activated',
      'api_key.updated',
    ]);
    expect(types(await events({ actor_id: root.user.id }))).toEqual(['api_key.created']);
    expect(types(await events({ target_id: key.api_key.id }))).toEqual([
      'api_key.updated',
      'api_key.created',
    ]);
    expect(types(await events({ outcome: 'denied' }))).toEqual(['access.denied']);
    expect(types(await events({ outcome: 'denied', type: 'project.*' }))).toEqual([]);

    const all = await events();
    const from = all[2]!.created_at;
    // By their ids: entries may be sealed between two looks.
    const ids = (found: { [field: string]: any }[]) => found.map(event => event.request_id + event.type);
    expect(ids(await events({ from }))).toEqual(ids(all.filter(event => event.created_at >= from)));
    expect(ids(await events({ to: from }))).toEqual(ids(all.filter(event => event.created_at < from)));
    expect(await events({ from, to: from })).toEqual([]);
  });

  it('is searched literally and without regard to case, by what and whom entries tell of', async () => {
    expect(types(await events({ q: 'äRGER_' }))).toEqual(['project.activated', 'project.created']);
    expect(types(await events({ q: '100% SA' }))).toEqual(['access.denied', 'api_key.updated']);
    expect(types(await events({ q: '%' }))).toEqual([
      'access.denied',
      'project.activated',
      'api_key.updated',
      'api_key.created',
    ]);
    expect(types(await events({ q: 'x_' }))).toEqual([]);
    expect(types(await events({ q: 'zweiter' }))).toEqual(['api_key.created']);
    expect(types(await events({ q: 'platform adm' }))).toEqual(['api_key.created']);
    expect(await events({ q: key.api_key.id })).toHaveLength(2);
  });

  it('is read page by page', async () => {
    const page = async (query: Record<string, string | number>) =>
      expectStatus(200, await server.api.get(log(id), { auth: owner.auth, query })).body;
    const first = await page({ limit: 4 });
    expect(first).toMatchObject({ total_count: 6, has_more: true });
    await createKey(server, owner.auth, id);
    const second = await page({ limit: 4, cursor: first.next_cursor });
    expect(second).toMatchObject({ total_count: 7, has_more: false, next_cursor: null });
    expect(types([...first.items, ...second.items])).toHaveLength(6);
    expect(types(second.items)).toEqual(['api_key.created', 'project.created']);
  });

  it('refuses what it does not understand', async () => {
    for (const query of [
      'type=API_KEY.*',
      'type=*.created',
      'outcome=maybe',
      'from=yesterday',
      'to=2026-01-01',
      'limit=0',
      'cursor=x',
      `project_id=${id}`,
      `actor_id=${'x'.repeat(41)}`,
    ]) {
      expect([query, (await server.api.get(`${log(id)}?${query}`, { auth: owner.auth })).status]).toEqual([
        query,
        400,
      ]);
    }
  });

  it('takes audit:read, which members, viewers and their keys lack', async () => {
    const prj = await createProject(server, owner.auth);
    await addMember(server, prj.id, worker, 'member');
    const { secret } = await createKey(server, owner.auth, prj.id);
    const [event] = await projectEvents(server, owner.auth, prj.id);
    for (const auth of [worker.auth, basic(secret)]) {
      for (const path of [log(prj.id), `${log(prj.id)}/${event!.id}`, `${log(prj.id)}/${UNKNOWN_EVENT}`]) {
        const answer = await server.api.get(path, { auth });
        expect(codeOf(answer)).toEqual([403, 'permission_denied']);
        expect(answer.body.error.details).toEqual({ permission: 'audit:read' });
      }
    }
    expect(codeOf(await server.api.get(log(prj.id)))).toEqual([401, 'missing_api_key']);
  });

  it('of another project cannot be told from one that does not exist', async () => {
    const theirs = await createProject(server, stranger.auth);
    const { secret } = await createKey(server, stranger.auth, theirs.id, { role_id: ROLE_IDS.administrator });
    const [event] = await events();
    for (const auth of [stranger.auth, basic(secret)]) {
      for (const [foreign, unknown] of [
        [log(id), log(UNKNOWN_PROJECT)],
        [`${log(id)}/${event!.id}`, `${log(UNKNOWN_PROJECT)}/${UNKNOWN_EVENT}`],
        [`${log(theirs.id)}/${event!.id}`, `${log(theirs.id)}/${UNKNOWN_EVENT}`],
      ] as const) {
        const answer = await server.api.get(foreign, { auth });
        expect(codeOf(answer)).toEqual([404, 'not_found']);
        expect(sameAnswer(answer)).toEqual(sameAnswer(await server.api.get(unknown, { auth })));
      }
    }
  });
});

describe('a refusal', () => {
  it('of a known principal is logged at once, in the project’s log', async () => {
    const { id } = await createProject(server, owner.auth);
    const memberId = await addMember(server, id, worker, 'viewer');
    expect(memberId).toMatch(/^mbr_/);
    const refused = await server.api.get(`/v1/projects/${id}/settings`, { auth: worker.auth });
    expect(refused.status).toBe(403);
    expect(await eventOf(server, root.auth, refused)).toMatchObject({
      type: 'access.denied',
      outcome: 'denied',
      category: 'project',
      project_id: id,
      actor: { type: 'user', id: worker.user.id, role: 'viewer' },
      target: { type: 'route', id: 'GET /v1/projects/:id/settings' },
      changes: { code: { before: null, after: 'permission_denied' } },
      reason: expect.any(String),
    });
  });

  it('outside any project is logged in the principal’s own', async () => {
    const refused = await server.api.get('/v1/events', { auth: stranger.auth });
    expect(codeOf(refused)).toEqual([403, 'permission_denied']);
    expect(await eventOf(server, root.auth, refused)).toMatchObject({
      type: 'access.denied',
      category: 'user',
      project_id: null,
      actor: { id: stranger.user.id },
    });
  });

  it('of nobody known, or of what may not be known of, is not', async () => {
    const { id } = await createProject(server, owner.auth);
    for (const answer of [
      await server.api.get(log(id)),
      await server.api.get(log(id), { auth: 'Bearer bws_nonsense' }),
      await server.api.get(log(id), { auth: stranger.auth }),
      await server.api.get(`${log(id)}?limit=0`, { auth: owner.auth }),
    ]) {
      expect([400, 401, 404]).toContain(answer.status);
      expect(await eventsOf(server, root.auth, answer)).toEqual([]);
    }
  });
});

describe('the platform’s event log', () => {
  it('is for platform admins', async () => {
    expect((await server.api.get('/v1/events')).status).toBe(401);
    expect(codeOf(await server.api.get('/v1/events', { auth: owner.auth }))).toEqual([
      403,
      'permission_denied',
    ]);
    const { secret } = await createKey(server, owner.auth, (await createProject(server, owner.auth)).id, {
      role_id: ROLE_IDS.administrator,
    });
    expect(codeOf(await server.api.get('/v1/events', { auth: basic(secret) }))).toEqual([
      403,
      'permission_denied',
    ]);
  });

  it('counts what it is about, whichever of them is asked for', async () => {
    const page = async (query: Record<string, string | number> = {}) =>
      expectStatus(200, await server.api.get('/v1/events', { auth: root.auth, query })).body;
    const type = 'user.*';
    const all = await page({ type });
    expect(all.counts.all).toBe(all.counts.user + all.counts.project + all.counts.admin);
    expect(all.counts).toMatchObject({ all: all.total_count, project: 0 });
    const users = await page({ type, about: 'user' });
    expect(users.counts).toEqual(all.counts);
    expect(users.total_count).toBe(all.counts.user);
    expect(new Set(users.items.map((event: any) => event.category))).toEqual(new Set(['user']));
    const projects = await page({ about: 'project', limit: 500 });
    expect(projects.items.every((event: any) => event.project_id !== null)).toBe(true);
    expect((await server.api.get('/v1/events?limit=501', { auth: root.auth })).status).toBe(400);
  });
});

describe('an entry', () => {
  it('is numbered within its project from 1, within seconds and without gaps', async () => {
    const person = await signUp(server);
    const projects = [await createProject(server, person.auth), await createProject(server, person.auth)];
    for (const project of projects) {
      for (const name of ['one', 'two', 'three']) await createKey(server, person.auth, project.id, { name });
    }
    for (const project of projects) {
      const sequences = await waitFor('every entry to be sealed', async () => {
        const { body } = await server.api.get(`/v1/projects/${project.id}/events`, { auth: person.auth });
        const found = (body.items as { sequence: number | null }[]).map(event => event.sequence);
        return found.includes(null) ? undefined : found;
      });
      expect(sequences).toEqual([4, 3, 2, 1]);
    }
  });
});
