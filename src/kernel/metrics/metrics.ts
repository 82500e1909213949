import { collectDefaultMetrics, Counter, Gauge, type Histogram } from 'prom-client';
import { VERSION } from '../config/version.js';
import { Meters } from './meters.js';

/** What the gauges ask at each scrape. A question that fails or has no answer leaves its gauge out of it. */
export interface MetricSources {
  databaseLoad(): { inUse: number; waiting: number };
  outboxAgeSeconds(): Promise<number>;
  jobDepth(): Promise<number | null>;
  /** What waits in each buffer, and what each has given up so far. */
  buffers(): { name: string; waiting: number; lost: number }[];
}

/** From 1 ms to 10 s, in seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const REQUEST_LABELS = ['method', 'route', 'status_class'] as const;
type RequestLabel = (typeof REQUEST_LABELS)[number];

/** The metrics of one process, in a registry of its own. */
export class Metrics {
  private readonly meters = new Meters();
  readonly registry = this.meters.registry;
  private readonly requests: Counter<RequestLabel>;
  private readonly durations: Histogram<RequestLabel>;
  private readonly limited: Counter<'code'>;

  constructor(sources: MetricSources) {
    const { meters } = this;
    this.requests = meters.counter('bailiwick_http_requests_total', 'Requests answered.', REQUEST_LABELS);
    this.durations = meters.histogram(
      'bailiwick_http_request_duration_seconds',
      'From the first byte of a request to the last of its answer.',
      DURATION_BUCKETS,
      REQUEST_LABELS,
    );
    this.limited = meters.counter(
      'bailiwick_http_limited_total',
      'Requests refused with 429, by error code.',
      ['code'],
    );
    new Gauge({
      name: 'bailiwick_build_info',
      help: 'Always 1; the labels say what runs.',
      labelNames: ['version', 'node'],
      registers: [this.registry],
    }).set({ version: VERSION, node: process.versions.node }, 1);
    meters.gauge(
      'bailiwick_database_in_use',
      'SQLite: whether the writer is taken. Else: connections in use.',
      () => Promise.resolve(sources.databaseLoad().inUse),
    );
    meters.gauge('bailiwick_database_waiting', 'Who waits for the writer, or for a connection.', () =>
      Promise.resolve(sources.databaseLoad().waiting),
    );
    meters.gauge(
      'bailiwick_outbox_oldest_pending_seconds',
      'How long the oldest pending job has been due.',
      () => sources.outboxAgeSeconds(),
    );
    meters.gauge(
      'bailiwick_jobs_queued',
      'Jobs queued or running; absent while the queue cannot be asked.',
      () => sources.jobDepth(),
    );
    this.buffers(sources);
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts an answered request. `route` is the template, never the path: its values would be endless. */
  observeRequest(method: string, route: string, status: number, seconds: number): void {
    const labels = { method, route, status_class: `${Math.floor(status / 100)}xx` };
    this.requests.inc(labels);
    this.durations.observe(labels, seconds);
  }

  /** Counts a request that was refused with 429. */
  observeLimited(code: string): void {
    this.limited.inc({ code });
  }

  private buffers(sources: MetricSources): void {
    const options = { labelNames: ['buffer'], registers: [this.registry] };
    new Gauge({
      ...options,
      name: 'bailiwick_buffer_waiting',
      help: 'What a buffer has gathered and not written yet.',
      collect() {
        for (const { name, waiting } of sources.buffers()) this.set({ buffer: name }, waiting);
      },
    });
    new Counter({
      ...options,
      name: 'bailiwick_buffer_lost_total',
      help: 'What a buffer has given up: refused by the database, or too much while it was away.',
      collect() {
        this.reset();
        for (const { name, lost } of sources.buffers()) this.inc({ buffer: name }, lost);
      },
    });
  }
}
