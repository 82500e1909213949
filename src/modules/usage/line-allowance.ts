import { type RequestRecord, seriesOf } from './request-record.js';

const MINUTE_MS = 60_000;
/** Lines that a key may leave in a minute by requests that cost no quota. */
const MOST_REFUSED = 1_000;
/** The same for a key that is stopped, each for another route or outcome. */
const MOST_STOPPED = 10;

/** What a request may do to the log: `spent` took quota, `refused` took none, `stopped` came with a key that cannot pass. */
export type RequestStanding = 'spent' | 'refused' | 'stopped';

/**
 * Bounds what requests that cost nothing may add to the log: each still counts as usage, but only so many in a
 * minute get a line; of a stopped key's, the first of a kind.
 */
export class LineAllowance {
  private minute = 0;
  private refused = new Map<string, number>();
  private stopped = new Map<string, Set<string>>();

  /** Whether the request gets a line. */
  admits(record: RequestRecord, standing: RequestStanding, now = Date.now()): boolean {
    if (standing === 'spent') return true;
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.minute) {
      this.minute = minute;
      this.refused = new Map();
      this.stopped = new Map();
    }
    return standing === 'refused' ? this.another(record.apiKeyId) : this.firstOfKind(record);
  }

  private another(key: string): boolean {
    const lines = (this.refused.get(key) ?? 0) + 1;
    this.refused.set(key, lines);
    return lines <= MOST_REFUSED;
  }

  private firstOfKind(record: RequestRecord): boolean {
    const kind = `${seriesOf(record)} ${record.errorCode}`;
    let kinds = this.stopped.get(record.apiKeyId);
    if (!kinds) this.stopped.set(record.apiKeyId, (kinds = new Set()));
    if (kinds.has(kind) || kinds.size >= MOST_STOPPED) return false;
    kinds.add(kind);
    return true;
  }
}
