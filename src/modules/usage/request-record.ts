import { timeOfId } from '../../kernel/database/ids.js';

/** One request with a key, as it is logged and metered. */
export interface RequestRecord {
  /** The line's id, made when the request came: its own `req_…`, or a new one for a further line. */
  readonly id: string;
  readonly requestId: string;
  readonly projectId: string;
  readonly organizationId: string;
  readonly apiKeyId: string;
  readonly memberId: string | null;
  readonly method: string;
  /** The route's template, e.g. `/v1/projects/:id`. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly errorCode: string | null;
}

/** Requests of one series in one hour. `sample` is one of them. */
export interface Tally {
  readonly series: string;
  readonly sample: RequestRecord;
  /** Whole hours since 1970, UTC. */
  readonly hour: number;
  requests: number;
}

const HOUR_MS = 3_600_000;

/** What a request's series is told by. */
export function seriesOf(record: RequestRecord): string {
  return `${record.apiKeyId} ${record.status} ${record.method} ${record.route}`;
}

/** Counts requests by series and hour, into `tallies`. */
export function tally(
  records: readonly RequestRecord[],
  tallies = new Map<string, Tally>(),
): Map<string, Tally> {
  for (const sample of records) {
    const series = seriesOf(sample);
    const hour = Math.floor(timeOfId(sample.id) / HOUR_MS);
    const key = `${hour} ${series}`;
    const found = tallies.get(key);
    if (found) found.requests++;
    else tallies.set(key, { series, sample, hour, requests: 1 });
  }
  return tallies;
}
