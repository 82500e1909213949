import { exampleId } from '../database/ids.js';

const text = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
});
const whole = (description: string, example: number) => ({
  description,
  schema: { type: 'integer' as const, minimum: 0 },
  example,
});

/** The headers of answers, described once each. */
export const RESPONSE_HEADERS = {
  'X-Request-Id': text('The id of the request, as errors and the request log name it.', exampleId('req')),
  'WWW-Authenticate': text('The scheme to authenticate with.', 'Basic realm="Bailiwick"'),
  'Retry-After': whole('How many seconds to wait before trying again.', 30),
  'RateLimit-Policy': text(
    'To API keys: the quotas of the organization, after the IETF draft on rate-limit header fields.',
    '"minute";q=1000;w=60, "day";q=100000;w=86400',
  ),
  RateLimit: text(
    'To API keys: what is left of each quota, and in how many seconds it is reset.',
    '"minute";r=999;t=42',
  ),
  'X-RateLimit-Limit': whole('To API keys: requests a minute.', 1_000),
  'X-RateLimit-Remaining': whole('To API keys: requests left in this minute.', 999),
  'X-RateLimit-Requests-Limit': whole('To API keys: requests a day.', 100_000),
  'X-RateLimit-Requests-Remaining': whole('To API keys: requests left today (UTC).', 99_999),
  'Idempotent-Replayed': text(
    '`true` on the first answer once more, for a repeated `Idempotency-Key`.',
    'true',
  ),
};

type Name = keyof typeof RESPONSE_HEADERS;

const QUOTA: readonly Name[] = [
  'RateLimit-Policy',
  'RateLimit',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Requests-Limit',
  'X-RateLimit-Requests-Remaining',
];

const refs = (names: readonly Name[]) =>
  Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]));

/** The headers of an answer with an error. */
export function headersOfError(status: number) {
  return refs([
    'X-Request-Id',
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
    ...(status === 429 || status === 503 ? (['Retry-After'] as const) : []),
    ...(status === 429 ? QUOTA : []),
  ]);
}

/** The headers of a success. */
export function headersOfSuccess({ forKeys, replays }: { forKeys: boolean; replays: boolean }) {
  return refs([
    'X-Request-Id',
    ...(forKeys ? QUOTA : []),
    ...(replays ? (['Idempotent-Replayed'] as const) : []),
  ]);
}
