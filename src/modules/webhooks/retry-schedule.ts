const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The wait before each attempt, in milliseconds. */
const WAITS = [0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
/** By how much of itself a wait may be longer, so that what failed together does not come back together. */
const JITTER = 0.1;

/** How many attempts a delivery gets. */
export const MOST_ATTEMPTS = WAITS.length;

/**
 * How long to wait after an attempt that failed, in milliseconds; null when it was the last. `attempts` were made so far.
 * What the receiver asks for by `Retry-After` (RFC 9110, 10.2.3) lengthens the wait up to the next one of the schedule.
 */
export function waitAfter(
  attempts: number,
  { retryAfter = null, now = Date.now(), random = Math.random() }: Partial<Circumstances> = {},
): number | null {
  const wait = WAITS[attempts];
  if (wait === undefined) return null;
  const next = WAITS[attempts + 1] ?? wait;
  const asked = Math.min(askedFor(retryAfter, now), next);
  return Math.max(Math.round(wait * (1 + JITTER * random)), asked);
}

interface Circumstances {
  readonly retryAfter: string | null;
  readonly now: number;
  readonly random: number;
}

/** The milliseconds of a `Retry-After`: seconds, or an HTTP date. */
function askedFor(header: string | null, now: number): number {
  if (header === null) return 0;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * SECOND;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
