import { AlertEvaluation } from '../../src/modules/alerts/alert-evaluation.service.js';
import { basic } from '../support/client.js';
import { waitForMail } from '../support/mail.js';
import { admin, createKey, createProject, ROLE_IDS, signUp, type Person } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
let owner: Person;
let project: { id: string };
let path: string;

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  project = await createProject(server, owner.auth, { name: 'Watched' });
  path = `/v1/projects/${project.id}/alert-thresholds`;
});

afterAll(() => server?.stop());

/** What otherwise happens every five seconds. */
const evaluate = () => server.app.get(AlertEvaluation, { strict: false }).evaluateAll();
const create = (body: object, auth = owner.auth) => server.api.post(path, body, { auth });
const events = async (type: string) =>
  (await server.api.get(`/v1/projects/${project.id}/events`, { auth: owner.auth, query: { type } })).body
    .items;

it('keeps thresholds: made, listed, changed, deleted, each with its entry in the event log', async () => {
  const made = await create({ metric: 'error_rate', operator: '>=', value: 5, window: '15m' });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    id: expect.stringMatching(/^alr_/),
    metric: 'error_rate',
    operator: '>=',
    value: 5,
    window: '15m',
    channels: ['email'],
    state: 'ok',
    last_fired_at: null,
  });
  const list = await server.api.get(path, { auth: owner.auth });
  expect(list.body).toMatchObject({ total_count: 1, items: [made.body] });
  const record = await server.api.get(`/v1/projects/${project.id}`, { auth: owner.auth });
  expect(record.body.environment.threshold_alerts).toBe(1);
  const one = `${path}/${made.body.id}`;
  const changed = await server.api.patch(one, { value: 10 }, { auth: owner.auth });
  expect(changed.body).toMatchObject({ value: 10, window: '15m' });
  const deleted = await server.api.delete(one, undefined, { auth: owner.auth });
  expect(deleted.body).toEqual({ id: made.body.id, deleted: true });
  expect((await server.api.patch(one, { value: 1 }, { auth: owner.auth })).status).toBe(404);
  const log = await events('alert_threshold.*');
  expect(log.map((event: { type: string }) => event.type)).toEqual([
    'alert_threshold.deleted',
    'alert_threshold.updated',
    'alert_threshold.created',
  ]);
  expect(log[1].changes).toEqual({ value: { before: 5, after: 10 } });
});

it('refuses what cannot be watched, and those who may not', async () => {
  const threshold = { metric: 'requests', operator: '>', value: 1, window: '5m' };
  for (const wrong of [
    { metric: 'mood' },
    { metric: 'webhook_failures' },
    { window: '1y' },
    { value: 'many' },
    { channels: [] },
  ]) {
    expect((await create({ ...threshold, ...wrong })).status).toBe(400);
  }
  expect((await create(threshold, '')).status).toBe(401);
  const viewer = await createKey(server, owner.auth, project.id, { role_id: ROLE_IDS.viewer });
  expect((await create(threshold, basic(viewer.secret))).status).toBe(403);
  const stranger = await signUp(server);
  expect((await create(threshold, stranger.auth)).status).toBe(404);
  const elsewhere = await createProject(server, stranger.auth);
  const mine = await create(threshold);
  const theirs = `/v1/projects/${elsewhere.id}/alert-thresholds/${mine.body.id}`;
  expect((await server.api.patch(theirs, { value: 2 }, { auth: stranger.auth })).status).toBe(404);
  await server.api.delete(`${path}/${mine.body.id}`, undefined, { auth: owner.auth });
});

it('fires once at a crossing, by mail and in the event log, and says so on the threshold', async () => {
  const made = await create({ metric: 'requests', operator: '>=', value: 3, window: '5m' });
  const key = await createKey(server, owner.auth, project.id, { role_id: ROLE_IDS.administrator });
  for (let i = 0; i < 5; i++) await server.api.get('/v1/whoami', { auth: basic(key.secret) });
  const fired = await waitFor('the alert to fire', async () => {
    await evaluate();
    const { body } = await server.api.get(path, { auth: owner.auth });
    return body.items.find(
      (item: { id: string; state: string }) => item.id === made.body.id && item.state === 'firing',
    );
  });
  expect(fired.last_fired_at).not.toBeNull();
  const mail = await waitFor('the alert mail', async () => {
    const latest = await waitForMail(server, owner.user.email);
    return latest.subject?.includes('Watched') && latest.subject.startsWith('Alert') ? latest : undefined;
  });
  expect(mail.text).toContain('requests >= 3');
  const [event, ...others] = await events('alert.fired');
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    actor: { type: 'system' },
    target: { type: 'alert_threshold', id: made.body.id },
  });
  expect(event.changes.measured.after).toBeGreaterThanOrEqual(3);
});

it('leaves the thresholds of a suspended project at rest', async () => {
  const quiet = { metric: 'requests', operator: '<', value: 1, window: '5m' };
  const suspended = await createProject(server, owner.auth);
  const settings = `/v1/projects/${suspended.id}/settings/suspend`;
  const thresholds = `/v1/projects/${suspended.id}/alert-thresholds`;
  await server.api.post(settings, { confirm: true }, { auth: owner.auth });
  const root = await admin(server);
  expect((await server.api.post(thresholds, quiet, { auth: root.auth })).status).toBe(201);
  const url = `/v1/projects/${(await createProject(server, owner.auth)).id}/alert-thresholds`;
  await server.api.post(url, quiet, { auth: owner.auth });
  await evaluate();
  const running = await server.api.get(url, { auth: owner.auth });
  expect(running.body.items[0].state).toBe('firing');
  const { body } = await server.api.get(thresholds, { auth: root.auth });
  expect(body.items[0]).toMatchObject({ state: 'ok', last_fired_at: null });
});
