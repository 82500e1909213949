import { AlertEvaluation } from '../../src/modules/alerts/alert-evaluation.service.js';
import { waitForMail } from '../support/mail.js';
import { type Person, type Project, Scene } from '../support/scene.js';
import { waitFor } from '../support/wait-for.js';

let scene: Scene;
let owner: Person;
let project: Project;
let path: string;

beforeAll(async () => {
  scene = await Scene.open();
  owner = await scene.owner();
  project = await scene.project({ name: 'Watched' });
  path = `/v1/projects/${project.id}/alert-thresholds`;
});

afterAll(() => scene?.close());

/** What otherwise happens every five seconds. */
const evaluate = () => scene.server.app.get(AlertEvaluation, { strict: false }).evaluateAll();
const create = (body: object, by: { auth?: string } = owner) => scene.api.post(path, body, by);
const events = async (type: string) =>
  (await scene.api.get(`/v1/projects/${project.id}/events`, { auth: owner.auth, query: { type } })).body
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
  const list = await scene.api.get(path, owner);
  expect(list.body).toMatchObject({ total_count: 1, items: [made.body] });
  const record = await scene.api.get(`/v1/projects/${project.id}`, owner);
  expect(record.body.environment.threshold_alerts).toBe(1);
  const one = `${path}/${made.body.id}`;
  const changed = await scene.api.patch(one, { value: 10 }, owner);
  expect(changed.body).toMatchObject({ value: 10, window: '15m' });
  const deleted = await scene.api.delete(one, undefined, owner);
  expect(deleted.body).toEqual({ id: made.body.id, deleted: true });
  expect((await scene.api.patch(one, { value: 1 }, owner)).status).toBe(404);
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
  for (const wrong of [{ metric: 'mood' }, { window: '1y' }, { value: 'many' }, { channels: [] }]) {
    expect((await create({ ...threshold, ...wrong })).status).toBe(400);
  }
  expect((await create(threshold, {})).status).toBe(401);
  expect((await create(threshold, await scene.key(project, 'viewer'))).status).toBe(403);
  const stranger = await scene.stranger();
  expect((await create(threshold, stranger)).status).toBe(404);
  const elsewhere = await scene.project({}, stranger);
  const mine = await create(threshold);
  const theirs = `/v1/projects/${elsewhere.id}/alert-thresholds/${mine.body.id}`;
  expect((await scene.api.patch(theirs, { value: 2 }, stranger)).status).toBe(404);
  await scene.api.delete(`${path}/${mine.body.id}`, undefined, owner);
});

it('fires once at a crossing, by mail and in the event log, and says so on the threshold', async () => {
  const made = await create({ metric: 'requests', operator: '>=', value: 3, window: '5m' });
  const key = await scene.key(project, 'administrator');
  for (let i = 0; i < 5; i++) await scene.api.get('/v1/whoami', key);
  const fired = await waitFor('the alert to fire', async () => {
    await evaluate();
    const { body } = await scene.api.get(path, owner);
    return body.items.find(
      (item: { id: string; state: string }) => item.id === made.body.id && item.state === 'firing',
    );
  });
  expect(fired.last_fired_at).not.toBeNull();
  const mail = await waitFor('the alert mail', async () => {
    const latest = await waitForMail(scene.server, owner.user.email);
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
  const suspended = await scene.project();
  const settings = `/v1/projects/${suspended.id}/settings/suspend`;
  const thresholds = `/v1/projects/${suspended.id}/alert-thresholds`;
  await scene.api.post(settings, { confirm: true }, owner);
  expect((await scene.api.post(thresholds, quiet, scene.root)).status).toBe(201);
  const url = `/v1/projects/${(await scene.project()).id}/alert-thresholds`;
  await scene.api.post(url, quiet, owner);
  await evaluate();
  const running = await scene.api.get(url, owner);
  expect(running.body.items[0].state).toBe('firing');
  const { body } = await scene.api.get(thresholds, scene.root);
  expect(body.items[0]).toMatchObject({ state: 'ok', last_fired_at: null });
});
