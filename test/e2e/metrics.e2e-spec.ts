import { readFile } from 'node:fs/promises';
import { basic } from '../support/client.js';
import { freePort } from '../support/free-port.js';
import { admin, createKey, createProject, expectStatus, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';
import { WebhookSink } from '../support/webhook-sink.js';

let server: TestServer;
let metrics: string;
beforeAll(async () => {
  const port = await freePort();
  metrics = `http://127.0.0.1:${port}/metrics`;
  server = await startServer({
    METRICS_PORT: String(port),
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
  });
});
afterAll(() => server.stop());

/** The samples of one scrape, by name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const response = await fetch(metrics);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter(line => line && !line.startsWith('#'));
  return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

const requests = (method: string, route: string, status: string) =>
  `bailiwick_http_requests_total{method="${method}",route="${route}",status_class="${status}"}`;

it('counts what was asked by its template, refusals and unknown routes included', async () => {
  const ada = await signUp(server);
  const { id } = await createProject(server, ada.auth);
  expectStatus(200, await server.api.get(`/v1/projects/${id}`, ada));
  expectStatus(401, await server.api.get(`/v1/projects/${id}`));
  expectStatus(404, await server.api.get('/v1/nothing/of/the/kind'));

  const samples = await scrape();
  expect(samples.get(requests('GET', '/v1/projects/:id', '2xx'))).toBe(1);
  expect(samples.get(requests('GET', '/v1/projects/:id', '4xx'))).toBe(1);
  expect(samples.get(requests('POST', '/v1/projects', '2xx'))).toBe(1);
  expect([...samples.keys()].join('\n')).not.toContain('of/the/kind');
  expect([...samples.keys()].join('\n')).not.toContain(id);
});

it('tells how the database, the outbox, the jobs and the process are', async () => {
  const samples = await scrape();
  for (const name of [
    'bailiwick_database_in_use',
    'bailiwick_database_waiting',
    'bailiwick_outbox_oldest_pending_seconds',
    'bailiwick_jobs_queued',
    'bailiwick_webhook_oldest_due_seconds',
    'bailiwick_ledger_mismatches',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    expect([name, samples.get(name)]).toEqual([name, expect.any(Number)]);
  }
});

it('says what runs', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'));
  const info = `bailiwick_build_info{version="${version}",node="${process.versions.node}"}`;
  expect((await scrape()).get(info)).toBe(1);
});

it('counts jobs by what came of them, and what was refused with 429 by its code', async () => {
  const ada = await signUp(server);
  const { id, organization_id } = await createProject(server, ada.auth);
  const { secret } = await createKey(server, ada.auth, id);
  const root = await admin(server);
  const subscription = `/v1/organizations/${organization_id}/subscription`;
  expectStatus(200, await server.api.patch(subscription, { requests_per_day: 1 }, root));
  const ask = () => server.api.get('/v1/whoami', { auth: basic(secret) });
  await waitFor('a refusal', async () => (await ask()).status === 429);
  const samples = await waitFor('the activation mail to be counted', async () => {
    const all = await scrape();
    return (all.get('bailiwick_jobs_total{name="mail.deliver",outcome="succeeded"}') ?? 0) > 0 ? all : null;
  });
  expect(samples.get('bailiwick_http_limited_total{code="usage_limit_exceeded"}')).toBe(1);
});

it('counts webhooks by what came of them, and times them', async () => {
  const sink = await WebhookSink.open();
  try {
    const ada = await signUp(server);
    const { id } = await createProject(server, ada.auth);
    const endpoints = `/v1/projects/${id}/webhook-endpoints`;
    sink.replies.set('/bad', 500);
    for (const path of ['/good', '/bad']) {
      const body = { url: sink.url(path), event_types: ['*'] };
      const { webhook_endpoint } = expectStatus(201, await server.api.post(endpoints, body, ada)).body;
      expectStatus(202, await server.api.post(`${endpoints}/${webhook_endpoint.id}/test`, {}, ada));
    }
    const attempts = (outcome: string) => `bailiwick_webhook_attempts_total{outcome="${outcome}"}`;
    const samples = await waitFor('the attempts to be counted', async () => {
      const all = await scrape();
      return all.has(attempts('failed')) && (all.get(attempts('succeeded')) ?? 0) > 1 ? all : null;
    });
    expect(samples.get('bailiwick_webhook_deliveries_total{outcome="succeeded"}')).toBeGreaterThan(1);
    expect(samples.get('bailiwick_webhook_duration_seconds_count')).toBeGreaterThan(2);
  } finally {
    await sink.close();
  }
});

it('has every metric that the dashboard and the alert rules ask for', async () => {
  const served = new Set((await (await fetch(metrics)).text()).match(/(?<=^# TYPE )\S+/gm));
  for (const file of ['grafana-dashboard.json', 'alert-rules.yml']) {
    const asked = (await readFile(`docker/observing/${file}`, 'utf8')).match(
      /\b(?:bailiwick|nodejs|process)_[a-z0-9_]+\b/g,
    )!;
    const missing = asked.filter(name => !served.has(name) && !served.has(name.replace(/_bucket$/, '')));
    expect(missing).toEqual([]);
  }
});

it('serves nothing else there, and no metrics with the API', async () => {
  expect((await fetch(new URL('/v1/me', metrics))).status).toBe(404);
  expect((await fetch(metrics, { method: 'POST' })).status).toBe(404);
  expectStatus(404, await server.api.get('/metrics'));
});
