import { Webhook } from 'standardwebhooks';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { newId } from '../../src/kernel/database/ids.js';
import { UnitOfWork } from '../../src/kernel/database/unit-of-work.js';
import { targetDefinitions } from '../../src/kernel/event-log/targets.js';
import { Configuration, type ConfigurationChanges } from '../../src/kernel/facets/configuration.js';
import { type HandoffCheck, HandoffChecks } from '../../src/kernel/facets/handoff-checks.js';
import { Purging } from '../../src/kernel/facets/purging.js';
import { AlertEvaluation } from '../../src/modules/alerts/alert-evaluation.service.js';
import { projectTarget } from '../../src/modules/projects/project.service.js';
import { DeliveryDispatcher } from '../../src/modules/webhooks/delivery-dispatcher.service.js';
import { codeOf, eventOf, projectEvents } from '../support/answers.js';
import { waitForMail } from '../support/mail.js';
import { expectStatus, type Person, type Project, ROLE_IDS, Scene } from '../support/scene.js';
import { instantBetween, waitFor } from '../support/wait-for.js';
import { type Received, WebhookSink } from '../support/webhook-sink.js';

let scene: Scene;
let sink: WebhookSink;
let owner: Person;

beforeAll(async () => {
  sink = await WebhookSink.open();
  scene = await Scene.open({ WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' });
  owner = await scene.owner();
});

afterAll(async () => {
  await scene?.close();
  await sink?.close();
});

const pathOf = (project: Project) => `/v1/projects/${project.id}/webhook-endpoints`;

let made = 0;
/** A project with an endpoint at a path of the sink that nobody else uses. */
async function connected(input: Record<string, unknown> = {}) {
  const project = await scene.project();
  const hook = `/hook${++made}`;
  const body = { url: sink.url(hook), event_types: ['api_key.*'], ...input };
  const { webhook_endpoint, secret } = expectStatus(
    201,
    await scene.api.post(pathOf(project), body, owner),
  ).body;
  return {
    project,
    hook,
    secret,
    id: webhook_endpoint.id,
    path: `${pathOf(project)}/${webhook_endpoint.id}`,
  };
}

const get = async (path: string, query = {}) =>
  expectStatus(200, await scene.api.get(path, { ...owner, query })).body;
const post = (path: string, body: object = {}) => scene.api.post(path, body, owner);
const patch = async (path: string, body: object) =>
  expectStatus(200, await scene.api.patch(path, body, owner)).body;
const settle = (project: Project, action: string, confirm: unknown = true, by: Person = owner) =>
  scene.api.post(`/v1/projects/${project.id}/settings/${action}`, { confirm }, by);
/** The deliveries of an endpoint, oldest first, once there are as many in this status. */
const deliveries = (path: string, status: string, count = 1): Promise<any[]> =>
  waitFor(`${count} deliveries ${status} at ${path}`, async () => {
    const { items } = await get(`${path}/deliveries`, { status });
    return items.length >= count ? items.reverse() : null;
  });
const verified = (secret: string, { text, headers }: Received) =>
  new Webhook(secret).verify(text, headers as Record<string, string>);

it('delivers what happens, signed as Standard Webhooks says, and logs it', async () => {
  const { project, hook, secret, path } = await connected({ description: 'Orders' });
  const { id: keyId } = await scene.key(project);
  const [received] = await sink.waitFor(hook);
  const [event] = await projectEvents(scene.server, owner.auth, project.id, { type: 'api_key.created' });
  expect(verified(secret, received!)).toEqual({
    type: 'api_key.created',
    timestamp: event!.created_at,
    id: event!.id,
    project_id: project.id,
    data: {
      outcome: 'success',
      actor: event!.actor,
      subject_user_id: null,
      target: { type: 'api_key', id: keyId, name: 'Script' },
      changes: event!.changes,
      effects: [],
      reason: null,
      request_id: event!.request_id,
    },
  });
  expect(received!.headers).toMatchObject({
    'webhook-id': event!.id,
    'content-type': 'application/json',
    'user-agent': expect.stringContaining('Bailiwick'),
  });
  const [delivery] = await deliveries(path, 'succeeded');
  expect(delivery).toEqual({
    id: expect.stringMatching(/^dlv_/),
    event_id: event!.id,
    type: 'api_key.created',
    status: 'succeeded',
    attempt_count: 1,
    next_attempt_at: null,
    created_at: expect.any(String),
  });
  expect(await get(`${path}/deliveries/${delivery.id}`)).toEqual({
    ...delivery,
    payload: received!.body,
    attempts: [
      {
        at: expect.any(String),
        status_code: 200,
        error: null,
        latency_ms: expect.any(Number),
        response_body: 'ok',
      },
    ],
  });
  const { health } = await get(path);
  expect(health).toEqual({
    last_success_at: expect.any(String),
    last_failure_at: null,
    failing_since: null,
    success_rate: 1,
  });
});

it('keeps endpoints: made, listed, changed, deleted, each with its entry in the event log', async () => {
  const project = await scene.project();
  const url = 'https://hooks.example.com/x?token=1';
  const answer = await post(pathOf(project), { url, event_types: ['project.*', 'project.*', '*'] });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { webhook_endpoint: made, secret } = answer.body;
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(made).toEqual({
    id: expect.stringMatching(/^whk_/),
    url,
    description: null,
    event_types: ['project.*', '*'],
    status: 'enabled',
    disabled_reason: null,
    created_at: expect.any(String),
    secrets: [{ preview: expect.stringMatching(/^whsec_….{4}$/), expires_at: null }],
    health: { last_success_at: null, last_failure_at: null, failing_since: null, success_rate: null },
  });
  expect(await get(pathOf(project))).toMatchObject({ total_count: 1, items: [made] });
  const one = `${pathOf(project)}/${made.id}`;
  expect(await get(one)).toEqual(made);
  expect(await get(`/v1/lookup/${made.id}`)).toMatchObject({ object: 'webhook_endpoint', url: one });
  const disabled = await scene.api.patch(one, { description: 'Orders', status: 'disabled' }, owner);
  expect(disabled.body).toMatchObject({
    description: 'Orders',
    status: 'disabled',
    disabled_reason: 'manual',
  });
  expect((await eventOf(scene.server, scene.root.auth, disabled)).changes).toEqual({
    description: { before: null, after: 'Orders' },
    status: { before: 'enabled', after: 'disabled' },
    disabled_reason: { before: null, after: 'manual' },
  });
  expect(await patch(one, { status: 'enabled' })).toMatchObject({ status: 'enabled', disabled_reason: null });
  const deleted = await scene.api.delete(one, undefined, owner);
  expect(deleted.body).toEqual({ id: made.id, deleted: true });
  for (const path of [one, `${one}/deliveries`])
    expect(codeOf(await scene.api.get(path, owner))).toEqual([404, 'not_found']);
  const log = await projectEvents(scene.server, owner.auth, project.id, { type: 'webhook_endpoint.*' });
  expect(log.map(({ type }) => type.split('.')[1])).toEqual(['deleted', 'updated', 'updated', 'created']);
  expect(JSON.stringify(log)).not.toContain(secret);
});

it('may name what is created, updated and deleted of every thing', async () => {
  const things = ['organization', 'role', 'visibility_rule', 'media', 'webhook_endpoint', 'alert_threshold'];
  const event_types = [...things, 'slot', 'entitlement'].flatMap(thing =>
    ['created', 'updated', 'deleted'].map(what => `${thing}.${what}`),
  );
  const url = 'https://hooks.example.com/';
  const answer = await post(pathOf(await scene.project()), { url, event_types });
  expect(expectStatus(201, answer).body.webhook_endpoint.event_types.sort()).toEqual(event_types.sort());
});

it('refuses what is no endpoint, and those who may not', async () => {
  const { project, id, path } = await connected();
  const body = { url: 'https://hooks.example.com/', event_types: ['*'] };
  for (const wrong of [
    { url: 'hooks.example.com' },
    { url: '' },
    { event_types: [] },
    { event_types: ['project'] },
    { event_types: ['nothing.*'] },
    { event_types: ['project.imagined'] },
    { description: 'x'.repeat(201) },
    { status: 'paused' },
    { secret: 'whsec_mine' },
  ])
    expect(codeOf(await post(pathOf(project), { ...body, ...wrong }))).toEqual([400, 'validation_failed']);
  for (const url of [
    'ftp://a.example.com/',
    'https://ada:secret@hooks.example.com/',
    'http://169.254.169.254/',
  ]) {
    expect(codeOf(await post(pathOf(project), { ...body, url }))).toEqual([400, 'webhook_url_not_allowed']);
    expect(codeOf(await scene.api.patch(path, { url }, owner))).toEqual([400, 'webhook_url_not_allowed']);
  }
  expect(codeOf(await post(`${path}/test`, { type: 'nothing.happened' }))).toEqual([
    400,
    'validation_failed',
  ]);
  expect(codeOf(await post(`${path}/recover`, {}))).toEqual([400, 'validation_failed']);
  const backwards = { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' };
  expect(codeOf(await post(`${path}/recover`, backwards))).toEqual([400, 'validation_failed']);
  const member = await scene.member(project, 'member');
  expect(codeOf(await scene.api.post(`${path}/test`, {}, member))).toEqual([403, 'permission_denied']);
  expect((await scene.api.get(path, member)).status).toBe(200);
  const elsewhere = await scene.project({}, await scene.stranger());
  const stolen = `${pathOf(elsewhere)}/${id}`;
  const stranger = await scene.stranger();
  expect(codeOf(await scene.api.get(stolen, stranger))).toEqual([404, 'not_found']);
  expect(codeOf(await scene.api.get(`${stolen}/deliveries`, stranger))).toEqual([404, 'not_found']);
  for (const action of ['test', 'rotate-secret', 'recover'])
    expect(
      codeOf(
        await scene.api.post(
          `${stolen}/${action}`,
          action === 'recover' ? { since: '2026-01-01T00:00:00Z' } : {},
          stranger,
        ),
      ),
    ).toEqual([404, 'not_found']);
});

it('allows no more than fifty endpoints', async () => {
  const project = await scene.project();
  const body = { url: 'https://hooks.example.com/', event_types: ['webhook.test'] };
  for (let i = 0; i < 49; i++) expectStatus(201, await post(pathOf(project), body));
  const both = await Promise.all([post(pathOf(project), body), post(pathOf(project), body)]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  const refused = both.find(({ status }) => status === 409)!;
  expect(refused.body.error).toMatchObject({ code: 'limit_reached', details: { limit: 50 } });
});

it('tells an endpoint of nothing but what it is subscribed to, nor of its own creation', async () => {
  const { project, hook } = await connected({ event_types: ['*'] });
  await post(pathOf(project), { url: sink.url('/other'), event_types: ['role.created'] });
  await scene.key(project);
  const received = await sink.waitFor(hook, 2);
  expect(received.map(({ body }) => body.type).sort()).toEqual([
    'api_key.created',
    'webhook_endpoint.created',
  ]);
  // The other one's URL may hold a secret.
  const created = received.find(({ body }) => body.type === 'webhook_endpoint.created')!;
  expect(created.body.data.changes.url).toEqual({ before: '[REDACTED]', after: '[REDACTED]' });
  expect(sink.at('/other')).toEqual([]);
});

it('sends a rolled-back or refused mutation to nobody', async () => {
  const { project, hook } = await connected();
  await scene.api.post(`/v1/projects/${project.id}/api-keys`, { name: '' }, owner);
  await scene.key(project);
  await sink.waitFor(hook);
  expect(sink.at(hook)).toHaveLength(1);
});

it('signs with both secrets for a day after a rotation, and shows each once', async () => {
  const { project, hook, secret, path } = await connected();
  const options = { ...owner, headers: { 'idempotency-key': 'rotate once' } };
  const rotated = await scene.api.post(`${path}/rotate-secret`, undefined, options);
  expect(rotated.status).toBe(200);
  expect(rotated.headers.get('cache-control')).toBe('no-store');
  const { webhook_endpoint, secret: renewed } = rotated.body;
  expect(renewed).not.toBe(secret);
  const [current, former] = webhook_endpoint.secrets;
  expect(current.expires_at).toBeNull();
  const left = Date.parse(former.expires_at) - Date.now();
  expect(left).toBeGreaterThan(23.9 * 3_600_000);
  expect(left).toBeLessThanOrEqual(24 * 3_600_000);
  const again = await scene.api.post(`${path}/rotate-secret`, undefined, options);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.body.secret).toBeUndefined();
  await scene.key(project);
  const [received] = await sink.waitFor(hook);
  for (const each of [secret, renewed])
    expect(verified(each, received!)).toMatchObject({ type: 'api_key.created' });
  const events = await projectEvents(scene.server, owner.auth, project.id);
  expect(JSON.stringify(events)).not.toContain(renewed);
});

it('sends tests of any type, also while disabled, and counts them in no health', async () => {
  const { project, hook, secret, id, path } = await connected({ status: 'disabled' });
  const plain = await post(`${path}/test`);
  expect(plain.status).toBe(202);
  expect(plain.body).toMatchObject({ type: 'webhook.test', status: 'pending', attempt_count: 0 });
  const typed = expectStatus(202, await post(`${path}/test`, { type: 'project.renamed' })).body;
  const received = await sink.waitFor(hook, 2);
  const renamed = received.find(({ body }) => body.type === 'project.renamed')!;
  expect(verified(secret, renamed)).toMatchObject({
    id: typed.event_id,
    project_id: project.id,
    data: { changes: { name: { before: expect.any(String), after: expect.any(String) } } },
  });
  const event = await eventOf(scene.server, scene.root.auth, plain);
  expect(event).toMatchObject({ id: plain.body.event_id, type: 'webhook.test', target: { id } });
  await deliveries(path, 'succeeded', 2);
  expect((await get(path)).health).toMatchObject({ last_success_at: null, success_rate: null });
});

it('tries again what fails, sends it once more when asked, under the same id', async () => {
  const { project, hook, path } = await connected();
  sink.replies.set(hook, 500);
  await scene.key(project);
  await sink.waitFor(hook);
  const [waiting] = await waitFor('the failure to be noted', async () => {
    const { items } = await get(`${path}/deliveries`, { status: 'pending' });
    return items[0]?.attempt_count ? items : null;
  });
  expect(Date.parse(waiting.next_attempt_at)).toBeGreaterThan(Date.now());
  const { health } = await get(path);
  expect(health).toMatchObject({
    last_success_at: null,
    failing_since: health.last_failure_at,
    success_rate: 0,
  });
  sink.replies.delete(hook);
  const resent = await post(`${path}/deliveries/${waiting.id}/resend`);
  expect(resent.status).toBe(202);
  expect(resent.body).toMatchObject({ id: waiting.id, status: 'pending' });
  expect((await eventOf(scene.server, scene.root.auth, resent)).type).toBe('webhook.resent');
  const [delivery] = await deliveries(path, 'succeeded');
  expect(delivery).toMatchObject({ id: waiting.id, attempt_count: 2 });
  const ids = sink.at(hook).map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids)).toEqual(new Set([delivery.event_id]));
  const { attempts } = await get(`${path}/deliveries/${delivery.id}`);
  expect(attempts.map((attempt: any) => attempt.status_code)).toEqual([500, 200]);
  expect((await get(path)).health).toMatchObject({ failing_since: null, success_rate: 0.5 });
  expectStatus(202, await post(`${path}/deliveries/${delivery.id}/resend`));
  await sink.waitFor(hook, 3);
});

it('recovers in order what was missed, also from while the endpoint was disabled', async () => {
  const { project, hook, path } = await connected();
  const since = await instantBetween();
  await scene.key(project, undefined, { name: 'delivered' });
  await deliveries(path, 'succeeded');
  await patch(path, { status: 'disabled' });
  for (const name of ['one', 'two', 'three', 'four', 'five']) await scene.key(project, undefined, { name });
  await patch(path, { status: 'enabled' });
  const recovered = await post(`${path}/recover`, { since });
  expect(recovered.status).toBe(202);
  expect(recovered.body).toEqual({ queued: 5 });
  expect((await eventOf(scene.server, scene.root.auth, recovered)).type).toBe('webhook.recovered');
  const names = (await sink.waitFor(hook, 6)).map(({ body }) => body.data.target.name);
  expect(names).toEqual(['delivered', 'one', 'two', 'three', 'four', 'five']);
  await deliveries(path, 'succeeded', 6);
  expect((await post(`${path}/recover`, { since })).body).toEqual({ queued: 0 });
  const past = { since: '2026-01-01T00:00:00Z', until: since };
  expect((await post(`${path}/recover`, past)).body).toEqual({ queued: 0 });
});

it('lists deliveries by status, type and time, in pages', async () => {
  const { project, path } = await connected({ event_types: ['api_key.*', 'role.*'] });
  for (let i = 0; i < 3; i++) await scene.key(project);
  expectStatus(201, await post(`/v1/projects/${project.id}/roles`, { name: 'Support', permissions: [] }));
  const all = await deliveries(path, 'succeeded', 4);
  const log = `${path}/deliveries`;
  const first = await get(log, { limit: 3 });
  expect(first).toMatchObject({ total_count: 4, has_more: true });
  const second = await get(log, { limit: 3, cursor: first.next_cursor });
  const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
  expect(ids).toEqual(all.map(({ id }) => id).reverse());
  expect((await get(log, { type: 'api_key.*' })).total_count).toBe(3);
  expect((await get(log, { type: 'role.created', status: 'succeeded' })).total_count).toBe(1);
  expect((await get(log, { type: 'role.created', status: 'failed' })).total_count).toBe(0);
  const last = all.at(-1)!.created_at;
  expect((await get(log, { to: last })).total_count).toBeLessThan(4);
  expect((await get(log, { from: last })).items.at(0).id).toBe(all.at(-1)!.id);
  expect((await scene.api.get(log, { ...owner, query: { cursor: 'nonsense' } })).status).toBe(400);
  const found = await get(`/v1/lookup/${ids[0]}`);
  expect(found).toMatchObject({ object: 'webhook_delivery', url: `${log}/${ids[0]}` });
});

it('holds back what waits while the project is suspended, and sends it on activation', async () => {
  const { project, hook, path } = await connected({ event_types: ['project.*'] });
  const asked = await scene.api.post(`/v1/projects/${project.id}/settings/suspend`, {}, owner);
  expect(asked.body.error.details.effects).toContainEqual({ effect: 'webhook_endpoints_paused', count: 1 });
  expectStatus(200, await settle(project, 'suspend'));
  const [waiting] = await deliveries(path, 'pending');
  await scene.server.app.get(DeliveryDispatcher, { strict: false }).sweep();
  expect(sink.at(hook)).toEqual([]);
  expect(waiting).toMatchObject({ type: 'project.suspended', attempt_count: 0 });
  expectStatus(200, await settle(project, 'activate'));
  const received = await sink.waitFor(hook, 2);
  expect(received.map(({ body }) => body.type).sort()).toEqual(['project.activated', 'project.suspended']);
});

it('ends what waits when the project is deleted', async () => {
  const { project, hook, path } = await connected();
  sink.replies.set(hook, 503);
  await scene.key(project);
  await sink.waitFor(hook);
  const { body } = await scene.api.post(`/v1/projects/${project.id}/settings/delete`, {}, owner);
  expect(body.error.details.effects).toContainEqual({ effect: 'pending_deliveries', count: 1 });
  expectStatus(200, await settle(project, 'delete', project.name));
  const ended = await waitFor('the delivery to end', async () => {
    const { items } = (await scene.api.get(`${path}/deliveries`, scene.root)).body;
    return items[0]?.status === 'failed' ? items[0] : null;
  });
  expect(ended.next_attempt_at).toBeNull();
});

it('disables an endpoint that answers 410, and tells the owner', async () => {
  const { project, hook, path, id } = await connected({ description: 'Orders of yore' });
  sink.replies.set(hook, 410);
  await scene.key(project);
  const disabled = await waitFor('the endpoint to be disabled', async () => {
    const endpoint = await get(path);
    return endpoint.status === 'disabled' ? endpoint : null;
  });
  expect(disabled.disabled_reason).toBe('gone');
  await deliveries(path, 'failed');
  const [event] = await projectEvents(scene.server, owner.auth, project.id, {
    type: 'webhook_endpoint.disabled',
  });
  expect(event).toMatchObject({ actor: { type: 'system' }, target: { id, name: 'Orders of yore' } });
  const mail = await waitFor('the mail', async () => {
    const latest = await waitForMail(scene.server, owner.user.email);
    return latest.subject?.includes('Orders of yore') ? latest : null;
  });
  expect(mail.text).toContain('410');
  sink.replies.delete(hook);
  expect(await patch(path, { status: 'enabled' })).toMatchObject({ disabled_reason: null });
});

it('leaves out what a rule hides from any role', async () => {
  const { project, hook, path } = await connected();
  const rule = { attribute: 'api_key.name', hidden_from: [ROLE_IDS.viewer] };
  expectStatus(201, await post(`/v1/projects/${project.id}/attribute-visibility`, rule));
  await scene.key(project, undefined, { name: 'Hidden name' });
  const [received] = await sink.waitFor(hook);
  expect(received!.text).not.toContain('Hidden name');
  expect(received!.body.data).toMatchObject({
    target: { name: '[REDACTED]' },
    changes: { name: { before: '[REDACTED]', after: '[REDACTED]' } },
  });
  const [{ id }] = (await deliveries(path, 'succeeded')) as [{ id: string }];
  expect((await get(`${path}/deliveries/${id}`)).payload).toEqual(received!.body);
});

it('tells of alerts whose threshold has the channel, and measures failures for them', async () => {
  const { project, hook, path } = await connected({ event_types: ['alert.fired', 'api_key.created'] });
  const thresholds = `/v1/projects/${project.id}/alert-thresholds`;
  const threshold = { metric: 'webhook_failures', operator: '>=', value: 1, window: '5m' };
  expectStatus(201, await post(thresholds, { ...threshold, channels: ['email'] }));
  expectStatus(201, await post(thresholds, { ...threshold, channels: ['webhook'] }));
  sink.replies.set(hook, (response, { body }) =>
    response.writeHead(body.type === 'alert.fired' ? 200 : 500).end(),
  );
  await scene.key(project);
  await waitFor('the failure', async () => (await get(path)).health.last_failure_at);
  await waitFor('both alerts', async () => {
    await scene.server.app.get(AlertEvaluation, { strict: false }).evaluateAll();
    const { items } = await get(thresholds);
    return items.every(({ state }: { state: string }) => state === 'firing');
  });
  const fired = await waitFor('the alert', () => {
    const alerts = sink.at(hook).filter(({ body }) => body.type === 'alert.fired');
    return alerts.length ? alerts : null;
  });
  expect(fired).toHaveLength(1);
  expect(fired[0]!.body.data.changes).toMatchObject({
    metric: { after: 'webhook_failures' },
    channels: { after: ['webhook'] },
  });
  const { total_count } = await get(`${path}/deliveries`, { type: 'alert.fired' });
  expect(total_count).toBe(1);
});

it('shows enabled endpoints on the project record', async () => {
  const { project } = await connected();
  await post(pathOf(project), { url: sink.url('/off'), event_types: ['*'], status: 'disabled' });
  expect((await get(`/v1/projects/${project.id}`)).environment.webhook_targets).toBe(1);
});

describe('what other modules ask', () => {
  const ask = <T>(asker: new (...parameters: any[]) => T): T =>
    scene.server.app.get(asker, { strict: false });
  const context = () => RequestContext.system('test', newId('req'));

  it('finds endpoints in the configuration by lineage, and lets them arrive disabled with a new secret', async () => {
    const source = await connected({ description: 'Orders', event_types: ['role.*', 'api_key.*'] });
    await post(pathOf(source.project), { url: sink.url('/x'), description: 'Orders', event_types: ['*'] });
    const target = await scene.project();
    const configuration = ask(Configuration);
    const part = async (project: Project) =>
      (await configuration.snapshot(context(), project.id)).get('webhook_endpoints')!;
    const items = await part(source.project);
    expect(items).toEqual([
      {
        key: source.id,
        name: 'Orders',
        values: { description: 'Orders', event_types: ['api_key.*', 'role.*'] },
        carried: { url: sink.url(source.hook) },
      },
      expect.objectContaining({ name: 'Orders#2' }),
    ]);
    const change = (changes: ConfigurationChanges, ctx = context()) =>
      ask(UnitOfWork).run(ctx, { events: ['project.updated'] }, async () => {
        await configuration.apply(ctx, target.id, new Map([['webhook_endpoints', changes]]));
        ctx.audit.inProject(target.id).change(projectTarget(target as any), null, null);
      });
    await change({ add: items, change: [], remove: [] });
    expect(await part(target)).toEqual(items);
    const { items: arrived } = await get(pathOf(target));
    const [first] = arrived.filter(({ url }: { url: string }) => url === sink.url(source.hook));
    expect(first).toMatchObject({ status: 'disabled', disabled_reason: 'promoted', description: 'Orders' });
    expect(first.id).not.toBe(source.id);
    expect(first.secrets).toHaveLength(1);
    await patch(`${pathOf(target)}/${first.id}`, { url: sink.url('/production'), status: 'enabled' });
    const changed = { ...items[0]!, values: { description: 'Orders', event_types: ['*'] } };
    await change({ add: [], change: [changed], remove: [items[1]!] });
    const { items: left } = await get(pathOf(target));
    expect(left).toEqual([
      expect.objectContaining({
        id: first.id,
        url: sink.url('/production'),
        status: 'enabled',
        event_types: ['*'],
      }),
    ]);
    const [{ effects }] = (await projectEvents(scene.server, owner.auth, target.id)) as [any];
    expect(effects.map(({ type }: { type: string }) => type).sort()).toEqual([
      'webhook_endpoint.deleted',
      'webhook_endpoint.updated',
    ]);
  });

  it('travels with a clone: disabled, with its url, and in step with where it came from', async () => {
    const { project, path } = await connected({ description: 'Orders' });
    const clone = expectStatus(201, await post(`/v1/projects/${project.id}/clone`, { name: 'Copy' })).body;
    const { items } = await get(pathOf(clone));
    const original = await get(path);
    expect(items).toMatchObject([
      {
        url: original.url,
        description: 'Orders',
        event_types: ['api_key.*'],
        status: 'disabled',
        disabled_reason: 'promoted',
      },
    ]);
    expect(items[0].secrets[0].preview).not.toBe(original.secrets[0].preview);
    const drift = () => get(`/v1/projects/${clone.id}/drift`, { against: project.id });
    expect(await drift()).toMatchObject({ in_sync: true, differences: [] });
    await patch(path, { event_types: ['*'], url: sink.url('/elsewhere') });
    expect((await drift()).differences).toEqual([
      { path: 'webhook_endpoints.Orders.event_types', here: ['api_key.*'], there: ['*'] },
    ]);
  });

  it('passes the handoff checks once an endpoint is there, and once it has answered a test', async () => {
    const checks = ask(HandoffChecks);
    const check = (name: HandoffCheck, { id }: Project) => checks.get(name)!(context(), id);
    const bare = await scene.project();
    expect(await check('test_endpoint_connected', bare)).toMatchObject({
      passed: false,
      evidence: null,
      fix: expect.stringContaining(`POST ${pathOf(bare)}`),
    });
    const { project, path, id } = await connected();
    expect(await check('test_endpoint_connected', project)).toMatchObject({
      passed: true,
      evidence: { webhook_endpoint_id: id },
    });
    expect(await check('webhook_delivery_verified', project)).toMatchObject({
      passed: false,
      fix: expect.stringContaining(`${path}/test`),
    });
    const test = expectStatus(202, await post(`${path}/test`)).body;
    await deliveries(path, 'succeeded');
    expect(await check('webhook_delivery_verified', project)).toMatchObject({
      passed: true,
      evidence: { webhook_endpoint_id: id, delivery_id: test.id, at: expect.any(String) },
    });
  });

  it('deletes deliveries by their age, in batches, with their attempts', async () => {
    const { project, path } = await connected();
    for (let i = 0; i < 4; i++) await scene.key(project);
    const [, , third] = await deliveries(path, 'succeeded', 4);
    const purge = ask(Purging).get('webhook_deliveries')!;
    const before = new Date(third.created_at);
    expect(await purge.count(context(), project.id, before)).toBe(2);
    expect(await purge.deleteBatch(context(), project.id, before, 1)).toBe(1);
    expect(await purge.deleteBatch(context(), project.id, before, 10)).toBe(1);
    expect(await purge.deleteBatch(context(), project.id, before, 10)).toBe(0);
    const { items } = await get(`${path}/deliveries`);
    expect(items.map(({ id }: { id: string }) => id)).toContain(third.id);
    expect(items).toHaveLength(2);
  });

  it('forgets what was delivered to an endpoint that is deleted', async () => {
    const { project, path, id } = await connected();
    await scene.key(project);
    const [delivery] = await deliveries(path, 'succeeded');
    expectStatus(200, await scene.api.delete(path, undefined, owner));
    expect((await scene.api.get(`/v1/lookup/${delivery.id}`, owner)).status).toBe(404);
    const rows = (table: string) =>
      ask(Database).read(context()).query(`SELECT id FROM ${table} WHERE endpoint_id = ?`, [id]);
    await waitFor('the rows to go', async () => {
      const left = [...(await rows('webhook_deliveries')), ...(await rows('webhook_attempts'))];
      return left.length === 0;
    });
  });
});

it('documents what is posted for every type of event that belongs to a project', async () => {
  const document: any = (await scene.api.get('/docs/openapi.json')).body;
  const types = Object.keys(document.webhooks);
  expect(types).toEqual(
    expect.arrayContaining(['project.created', 'alert.fired', 'webhook.test', 'access.denied']),
  );
  expect(types.filter(type => /^(user|session|organization)\./.test(type))).toEqual([]);
  for (const type of types) {
    const { schema, examples } = document.webhooks[type].post.requestBody.content['application/json'];
    expect(schema.allOf[1].properties.type).toEqual({ const: type });
    const { value } = examples[type];
    expect(value).toMatchObject({ type, data: { target: { type: expect.any(String) } } });
    const { required, properties } = document.components.schemas.WebhookPayload;
    expect(Object.keys(value).sort()).toEqual([...required].sort());
    expect(Object.keys(value.data).sort()).toEqual([...properties.data.required].sort());
    expect([type, targetDefinitions().has(value.data.target.type)]).toEqual([type, true]);
  }
});

it('documents what events are about as they are', async () => {
  const { webhooks }: any = (await scene.api.get('/docs/openapi.json')).body;
  const project = await scene.project();
  const own = `/v1/projects/${project.id}`;
  const key = await scene.key(project, 'administrator');
  const customer_id = 'user_42';
  await scene.api.post('/v1/billing/deposit', { customer_id, amount: 5 }, key);
  await scene.api.post('/v1/billing/deduct', { customer_id, amount: 1, transaction_id: 't' }, key);
  await scene.api.post('/v1/slot/grant', { customer_id, wallet: 'seats', amount: 1 }, key);
  await scene.api.post('/v1/entitlement/set', { customer_id, feature_key: 'f', value: 'v' }, key);
  await patch(`${own}/customers/${customer_id}`, { name: 'Grace' });
  await post(`${own}/invitations`, { email: 'about@people.example' });
  await post(`${own}/events/checkpoints`);
  await post(`${own}/reports`, { kind: 'team', format: 'csv' });
  expectStatus(200, await scene.api.put(`${own}/retention`, { reports_days: 60 }, owner));
  const events = await projectEvents(scene.server, owner.auth, project.id);
  const targets = events.map(({ type, target }: any) => [type, target.type]);
  expect(targets).toEqual(
    events.map(({ type }: any) => {
      const { schema, examples } = webhooks[type].post.requestBody.content['application/json'];
      const { target } = examples[type].value.data;
      expect(schema.description).toContain(`\`${target.type}\``);
      return [type, target.type];
    }),
  );
  expect(targets.map(([type]: string[]) => type)).toEqual(
    expect.arrayContaining([
      ...['billing.deposited', 'billing.deducted', 'slot.created', 'entitlement.created', 'customer.updated'],
      ...['member.invited', 'checkpoint.signed', 'report.requested', 'retention.updated'],
    ]),
  );
});
