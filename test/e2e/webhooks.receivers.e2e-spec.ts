import type { ServerResponse } from 'node:http';
import { OutgoingHttp } from '../../src/kernel/outgoing/outgoing-http.js';
import { DeliveryDispatcher } from '../../src/modules/webhooks/delivery-dispatcher.service.js';
import { codeOf, projectEvents } from '../support/answers.js';
import { expectStatus, type Person, type Project, Scene, signIn } from '../support/scene.js';
import { waitFor } from '../support/wait-for.js';
import { WebhookSink } from '../support/webhook-sink.js';

/* Receivers that fail in every way, and when they are tried again. The clock that the server reads is moved; timers are
 * not, so that everything else goes on. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let scene: Scene;
let sink: WebhookSink;
let owner: Person;
let project: Project;
let endpoints: string;

beforeAll(async () => {
  sink = await WebhookSink.open();
  scene = await Scene.open({ WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' });
  owner = await scene.owner();
  project = await scene.project();
  endpoints = `/v1/projects/${project.id}/webhook-endpoints`;
});

afterEach(() => jest.useRealTimers());

afterAll(async () => {
  await scene?.close();
  await sink?.close();
});

const get = async (path: string, by = owner) => expectStatus(200, await scene.api.get(path, by)).body;

async function connect(hook: string, url = sink.url(hook)) {
  const body = { url, event_types: ['api_key.created'] };
  const { webhook_endpoint } = expectStatus(201, await scene.api.post(endpoints, body, owner)).body;
  return `${endpoints}/${webhook_endpoint.id}`;
}

/** Sends one test, and returns its first attempt once it is over. */
async function tried(path: string) {
  const { id } = expectStatus(202, await scene.api.post(`${path}/test`, {}, owner)).body;
  const delivery = await waitFor('an attempt', async () => {
    const record = await get(`${path}/deliveries/${id}`);
    // The record and its attempts are read one after the other.
    return record.attempts.length && record.attempt_count ? record : null;
  });
  return { delivery, attempt: delivery.attempts[0] };
}

it.each<[string, (response: ServerResponse) => void, object]>([
  ['a slow one', () => undefined, { status_code: null, error: 'timeout', response_body: null }],
  [
    'an endless one',
    response => {
      const more = () => {
        while (response.write('x'.repeat(16_384)));
      };
      response.on('drain', more);
      more();
    },
    { status_code: null, error: 'answer_too_large', response_body: 'x'.repeat(2_048) },
  ],
  [
    'one that hangs up in the middle',
    response => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      setImmediate(() => response.destroy());
    },
    { status_code: null, error: expect.stringMatching(/^answer_incomplete/), response_body: 'half' },
  ],
  [
    'one that redirects to this machine',
    response => response.writeHead(307, { location: sink.url('/trap') }).end('over there'),
    { status_code: 307, error: null, response_body: 'over there' },
  ],
  [
    'one that is broken',
    response => response.writeHead(500).end(),
    { status_code: 500, error: null, response_body: '' },
  ],
  [
    'one that sends bytes that are no text',
    response => response.writeHead(400).end(Buffer.from([0, 0xff, 0x41])),
    { status_code: 400, response_body: '\uFFFD\uFFFDA' },
  ],
])('notes how it went with %s, and tries again', async (_, reply, expected) => {
  const hook = `/hostile${sink.replies.size}`;
  sink.replies.set(hook, reply);
  const path = await connect(hook);
  const outgoing = scene.server.app.get(OutgoingHttp, { strict: false });
  const { deadlineMs } = outgoing;
  outgoing.deadlineMs = 1_000;
  const { delivery, attempt } = await tried(path).finally(() => (outgoing.deadlineMs = deadlineMs));
  expect(attempt).toMatchObject(expected);
  expect(delivery).toMatchObject({ status: 'pending', attempt_count: 1 });
  expect(Date.parse(delivery.next_attempt_at)).toBeGreaterThan(Date.parse(attempt.at));
  expect(sink.at('/trap')).toEqual([]);
  expectStatus(200, await scene.api.delete(path, undefined, owner));
});

it('notes that nobody listens', async () => {
  const { attempt } = await tried(await connect('', 'http://127.0.0.1:1/'));
  expect(attempt).toMatchObject({ status_code: null, error: 'connection_failed (ECONNREFUSED)' });
});

it('waits as long as the receiver asks for, up to the next time', async () => {
  const hook = '/patient';
  sink.replies.set(hook, response => response.writeHead(429, { 'retry-after': '120' }).end());
  const { delivery, attempt } = await tried(await connect(hook));
  expect(Date.parse(delivery.next_attempt_at) - Date.parse(attempt.at)).toBe(120_000);
});

it('lets receivers that do not answer hold up nobody else', async () => {
  const hooks = Array.from({ length: 25 }, (_, i) => `/held${i}`);
  const held: ServerResponse[] = [];
  for (const hook of hooks) sink.replies.set(hook, response => void held.push(response));
  try {
    for (const hook of hooks) await connect(hook);
    await connect('/quick');
    for (let i = 0; i < 4; i++) await scene.key(project);
    await sink.waitFor('/quick', 4);
    const other = await scene.project();
    const body = { url: sink.url('/elsewhere'), event_types: ['*'] };
    expectStatus(201, await scene.api.post(`/v1/projects/${other.id}/webhook-endpoints`, body, owner));
    await scene.key(other);
    await sink.waitFor('/elsewhere');
    await waitFor('all to be held', () => held.length >= hooks.length);
    expect(held.filter(response => response.destroyed)).toEqual([]);
  } finally {
    for (const hook of hooks) sink.replies.set(hook, 200);
    for (const response of held) response.end();
  }
});

/** A project without the endpoints of the tests before. */
async function elsewhere() {
  project = await scene.project();
  endpoints = `/v1/projects/${project.id}/webhook-endpoints`;
}

/** Moves the clock by `ms`, and has what is due then sent. */
async function later(ms: number): Promise<void> {
  jest.useFakeTimers({ advanceTimers: false, now: Date.now() + ms, doNotFake: TIMERS });
  await scene.server.app.get(DeliveryDispatcher, { strict: false }).sweep();
}
const TIMERS = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

/** The same person, whose session ended as the clock went on. */
const again = () => signIn(scene.server, owner.user.email, owner.password);

it('tries again at the times of the schedule, under one id with a time of its own each, and then gives up', async () => {
  await elsewhere();
  const hook = '/schedule';
  sink.replies.set(hook, 503);
  const path = await connect(hook);
  await scene.key(project);
  const began = Date.now();
  const waits = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
  for (const [made, wait] of waits.entries()) {
    await sink.waitFor(hook, made + 1);
    const by = await again();
    const next = await waitFor('the attempt to be noted', async () => {
      const [item] = (await get(`${path}/deliveries`, by)).items;
      return item.attempt_count === made + 1 ? Date.parse(item.next_attempt_at) : null;
    });
    const { attempts } = await get(
      `${path}/deliveries/${(await get(`${path}/deliveries`, by)).items[0].id}`,
      by,
    );
    const waited = next - Date.parse(attempts.at(-1).at);
    expect(waited).toBeGreaterThanOrEqual(wait);
    expect(waited).toBeLessThanOrEqual(wait * 1.1);
    await later(next - Date.now());
  }
  const received = await sink.waitFor(hook, 8);
  const by = await again();
  const delivery = await waitFor('the delivery to end', async () => {
    const [item] = (await get(`${path}/deliveries`, by)).items;
    return item.status === 'failed' ? item : null;
  });
  expect(delivery).toMatchObject({ attempt_count: 8, next_attempt_at: null });
  expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery.event_id]));
  const times = received.map(({ headers }) => Number(headers['webhook-timestamp']));
  expect(times.toSorted((one, other) => one - other)).toEqual(times);
  expect(new Set(times).size).toBe(8);
  expect(times.at(-1)! - began / 1000).toBeGreaterThan(27 * 3_600);
  expect(new Set(received.map(({ text }) => text)).size).toBe(1);
});

it('disables what has failed for five days, and not before', async () => {
  await elsewhere();
  const hook = '/failing';
  sink.replies.set(hook, 500);
  const path = await connect(hook);
  await scene.key(project);
  for (let hours = 0; hours <= 120; hours += 20) {
    if (hours > 0) await later(20 * HOUR);
    const by = await again();
    const { status, disabled_reason } = await waitFor('the failure to be noted', async () => {
      const endpoint = await get(path, by);
      const at = Date.parse(endpoint.health.last_failure_at ?? 0);
      return at >= Date.now() - HOUR && (hours < 120 || endpoint.status === 'disabled') ? endpoint : null;
    });
    expect([status, disabled_reason]).toEqual(hours < 120 ? ['enabled', null] : ['disabled', 'failing']);
    // Otherwise the schedule of this delivery would end before the five days do.
    const [{ id }] = (await get(`${path}/deliveries`, by)).items;
    if (hours < 120)
      expectStatus(202, await scene.api.post(`${path}/deliveries/${id}/resend`, undefined, by));
  }
  const by = await again();
  const query = { type: 'webhook_endpoint.disabled', target_id: path.split('/').at(-1)! };
  expect(await projectEvents(scene.server, by.auth, project.id, query)).toHaveLength(1);
});

it('goes nowhere that it may not, however the URL came to be', async () => {
  await scene.close();
  scene = await Scene.open();
  owner = await scene.owner();
  project = await scene.project();
  endpoints = `/v1/projects/${project.id}/webhook-endpoints`;
  for (const url of [
    ...['http://hooks.example.com/', 'https://127.0.0.1/', 'https://2130706433/', 'https://0x7f000001/'],
    ...[
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://[64:ff9b::a9fe:a9fe]/',
      'https://localhost/',
    ],
    ...['https://169.254.169.254/latest/meta-data/', 'https://user:password@hooks.example.com/'],
  ]) {
    const answer = await scene.api.post(endpoints, { url, event_types: ['*'] }, owner);
    expect([url, ...codeOf(answer)]).toEqual([url, 400, 'webhook_url_not_allowed']);
    expect(JSON.stringify(answer.body)).not.toContain('password@');
  }
});
