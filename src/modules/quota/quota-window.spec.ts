import { writeLimitHeaders } from './limit-headers.js';
import { lot, merged } from './quota-store.js';
import { periodAt, QuotaWindow } from './quota-window.js';

const NOW = Date.parse('2026-03-10T14:25:42.500Z');
const window = (policy: 'minute' | 'day', values: Partial<QuotaWindow> = {}) =>
  Object.assign(new QuotaWindow('org_1', policy, periodAt(policy, NOW)), values);

describe('a window', () => {
  it('is a calendar minute or a UTC day', () => {
    expect(new Date(window('minute').endsAt).toISOString()).toBe('2026-03-10T14:26:00.000Z');
    expect(new Date(window('day').startsAt).toISOString()).toBe('2026-03-10T00:00:00.000Z');
    expect(window('minute').secondsLeft(NOW)).toBe(18);
  });

  it('spends what was taken, and no more than the limit of now', () => {
    const minute = window('minute', { taken: 10, used: 8, others: 5 });
    expect(minute.has(2, 100)).toBe(true);
    expect(minute.has(3, 100)).toBe(false);
    expect(minute.has(1, 13)).toBe(false);
    expect(minute.remaining(100)).toBe(87);
    expect(minute.remaining(10)).toBe(0);
  });
});

describe('a lot', () => {
  it.each([
    [1_000, 1, Infinity, 10],
    [1_000, 1, 4, 4],
    [1_000, 50, 4, 50],
    [99, 1, Infinity, 1],
    [3, 4, Infinity, 0],
    [0, 1, 1, 0],
    [1_000, 0, 5, 0],
  ])('of %i left, for %i and at best %i, is %i', (left, need, want, granted) => {
    expect(lot(left, need, want)).toBe(granted);
  });
});

it('what two stores know of the processes is put together', () => {
  const one = new Map(Object.entries({ a: 5, b: 2 }));
  const other = new Map(Object.entries({ b: 3, c: 1 }));
  expect(merged(one, other)).toEqual(new Map(Object.entries({ a: 5, b: 3, c: 1 })));
});

it('the headers follow draft-ietf-httpapi-ratelimit-headers-10', () => {
  const headers = new Map<string, string>();
  const limits = { requests_per_minute: 1_000, requests_per_day: 100_000 };
  const quota = { minute: window('minute', { used: 1 }), day: window('day', { used: 40, others: 2 }) };
  writeLimitHeaders({ header: (name, value) => headers.set(name, value) }, limits, quota, NOW);
  expect(Object.fromEntries(headers)).toEqual({
    'ratelimit-policy': '"minute";q=1000;w=60, "day";q=100000;w=86400',
    ratelimit: '"minute";r=999;t=18, "day";r=99958;t=34458',
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': '999',
    'x-ratelimit-requests-limit': '100000',
    'x-ratelimit-requests-remaining': '99958',
  });
});
