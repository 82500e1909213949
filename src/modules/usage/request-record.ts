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
export interface SeriesHour {
  readonly series: string;
  readonly sample: RequestRecord;
  /** Whole hours since 1970, UTC. */
  readonly hour: number;
  /** Those that get a line in the log. */
  lines: RequestRecord[];
  /** How many others are only counted. */
  unlogged: number;
}

const HOUR_MS = 3_600_000;

/** What a request's series is told by. */
export function seriesOf(record: RequestRecord): string {
  return `${record.apiKeyId} ${record.status} ${record.method} ${record.route}`;
}

/** The hour a request came in, in whole hours since 1970, UTC. */
export function hourOf(record: RequestRecord): number {
  return Math.floor(timeOfId(record.id) / HOUR_MS);
}

/** The same requests, each line alone and the others together. */
export function partsOf(gathered: SeriesHour): SeriesHour[] {
  const parts = gathered.lines.map(line => ({ ...gathered, lines: [line], unlogged: 0 }));
  if (gathered.unlogged > 0)
    parts.push({ ...gathered, lines: [] as RequestRecord[], unlogged: gathered.unlogged });
  return parts;
}
