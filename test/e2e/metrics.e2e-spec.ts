import { freePort } from '../support/free-port.js';
import { createProject, expectStatus, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let metrics: string;
beforeAll(async () => {
  const port = await freePort();
  metrics = `http://127.0.0.1:${port}/metrics`;
  server = await startServer({ METRICS_PORT: String(port) });
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
    'bailiwick_ledger_mismatches',
    'process_resident_memory_bytes',
  ]) {
    expect([name, samples.get(name)]).toEqual([name, expect.any(Number)]);
  }
});

it('serves nothing else there, and no metrics with the API', async () => {
  expect((await fetch(new URL('/v1/me', metrics))).status).toBe(404);
  expect((await fetch(metrics, { method: 'POST' })).status).toBe(404);
  expectStatus(404, await server.api.get('/metrics'));
});
