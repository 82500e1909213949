import { Metrics, type MetricSources } from './metrics.js';

const quiet: MetricSources = {
  databaseLoad: () => ({ inUse: 1, waiting: 4 }),
  outboxAgeSeconds: () => Promise.resolve(2.5),
  jobDepth: () => Promise.resolve(7),
  buffers: () => [{ name: 'request_log', waiting: 3, lost: 2 }],
};

const scrape = (sources: MetricSources) => new Metrics(sources).registry.metrics();

describe('Metrics', () => {
  it('counts and times requests by method, route and status class', async () => {
    const metrics = new Metrics(quiet);
    metrics.observeRequest('GET', '/v1/projects/:id', 200, 0.004);
    metrics.observeRequest('GET', '/v1/projects/:id', 204, 0.2);
    metrics.observeRequest('GET', '/v1/projects/:id', 404, 0.001);
    const text = await metrics.registry.metrics();
    const labels = (status: string) => `method="GET",route="/v1/projects/:id",status_class="${status}"`;
    expect(text).toContain(`bailiwick_http_requests_total{${labels('2xx')}} 2`);
    expect(text).toContain(`bailiwick_http_requests_total{${labels('4xx')}} 1`);
    expect(text).toContain(`bailiwick_http_request_duration_seconds_bucket{le="0.005",${labels('2xx')}} 1`);
    expect(text).toContain(`bailiwick_http_request_duration_seconds_count{${labels('2xx')}} 2`);
  });

  it('asks its sources at each scrape', async () => {
    const text = await scrape(quiet);
    expect(text).toContain('bailiwick_database_in_use 1');
    expect(text).toContain('bailiwick_database_waiting 4');
    expect(text).toContain('bailiwick_outbox_oldest_pending_seconds 2.5');
    expect(text).toContain('bailiwick_jobs_queued 7');
    expect(text).toContain('bailiwick_buffer_waiting{buffer="request_log"} 3');
    expect(text).toContain('bailiwick_buffer_lost_total{buffer="request_log"} 2');
    expect(text).toContain('process_cpu_user_seconds_total');
  });

  it('asks modules for what they measure', async () => {
    const metrics = new Metrics(quiet);
    metrics.add({ name: 'bailiwick_things', help: 'Things.', ask: () => Promise.resolve(9) });
    expect(await metrics.registry.metrics()).toContain('bailiwick_things 9');
  });

  it('leaves out what nobody can tell now', async () => {
    const text = await scrape({
      ...quiet,
      outboxAgeSeconds: () => Promise.reject(new Error('the database is away')),
      jobDepth: () => Promise.resolve(null),
    });
    expect(text).not.toMatch(/^bailiwick_(outbox_oldest_pending_seconds|jobs_queued) /m);
    expect(text).toContain('bailiwick_database_waiting 4');
  });
});
