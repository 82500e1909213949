import type { Limits, Standing } from './quota-window.js';

/** The policies, written once for each subscription. */
const POLICIES = new WeakMap<Limits, string>();

/**
 * What an answer says of the quota: `RateLimit-Policy` and `RateLimit` of
 * draft-ietf-httpapi-ratelimit-headers-10, and the older `X-RateLimit-*`. `now` is in milliseconds since 1970.
 */
export function writeLimitHeaders(
  reply: { header(name: string, value: string): unknown },
  { limits, quota: { minute, day } }: Standing,
  now: number,
): void {
  const { requests_per_minute, requests_per_day } = limits;
  let policy = POLICIES.get(limits);
  if (!policy) {
    policy = `"minute";q=${requests_per_minute};w=60, "day";q=${requests_per_day};w=86400`;
    POLICIES.set(limits, policy);
  }
  const inMinute = minute.remaining(requests_per_minute);
  const inDay = day.remaining(requests_per_day);
  // Fastify sends names in lower case; given so, it need not convert them.
  reply.header('ratelimit-policy', policy);
  reply.header(
    'ratelimit',
    `"minute";r=${inMinute};t=${minute.secondsLeft(now)}, "day";r=${inDay};t=${day.secondsLeft(now)}`,
  );
  reply.header('x-ratelimit-limit', String(requests_per_minute));
  reply.header('x-ratelimit-remaining', String(inMinute));
  reply.header('x-ratelimit-requests-limit', String(requests_per_day));
  reply.header('x-ratelimit-requests-remaining', String(inDay));
}
