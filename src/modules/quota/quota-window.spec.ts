import { writeLimitHeaders } from './limit-headers.js';
import { periodAt, QuotaWindow, tightest } from './quota-window.js';

const NOW = Date.parse('2026-03-10T14:25:42.500Z');
const window = (policy: 'minute' | 'day', spent = 0) => {
  const made = new QuotaWindow('org_1', policy, periodAt(policy, NOW), NOW);
  made.spend(spent);
  return made;
};

describe('a window', () => {
  it('is a calendar minute or a UTC day', () => {
    expect(new Date(window('minute').endsAt).toISOString()).toBe('2026-03-10T14:26:00.000Z');
    expect(new Date(window('day').startsAt).toISOString()).toBe('2026-03-10T00:00:00.000Z');
    expect(window('minute').secondsLeft(NOW)).toBe(18);
  });

  it('is complete unless it began before the process', () => {
    const next = periodAt('minute', NOW) + 1;
    expect(window('minute').complete).toBe(false);
    expect(new QuotaWindow('org_1', 'minute', next, NOW).complete).toBe(true);
  });

  it('has nothing left, rather than less, of a limit that was lowered', () => {
    expect(window('minute', 13).remaining(100)).toBe(87);
    expect(window('minute', 13).remaining(10)).toBe(0);
  });

  it('adds what others know nothing of to what they have spent, and forgets nothing', () => {
    const minute = window('minute', 4);
    minute.learn(10);
    expect(minute.spent).toBe(14);
    minute.learn(3);
    expect(minute.spent).toBe(14);
    expect(minute.spentHere).toBe(4);
  });
});

it('of several standings the least left counts, in each window by itself', () => {
  const standing = (requests_per_minute: number, requests_per_day: number, spent: number) => ({
    limits: { requests_per_minute, requests_per_day },
    quota: { minute: window('minute', spent), day: window('day', spent) },
  });
  const wide = standing(100, 50, 20);
  const narrow = standing(10, 90, 3);
  const { limits, quota } = tightest([wide, narrow]);
  expect(limits).toEqual({ requests_per_minute: 10, requests_per_day: 50 });
  expect(quota).toEqual({ minute: narrow.quota.minute, day: wide.quota.day });
  expect(tightest([wide, standing(10, 31, 3)]).limits.requests_per_day).toBe(31);
  expect(tightest([wide])).toBe(wide);
});

it('the headers follow draft-ietf-httpapi-ratelimit-headers-10', () => {
  const headers = new Map<string, string>();
  const limits = { requests_per_minute: 1_000, requests_per_day: 100_000 };
  const quota = { minute: window('minute', 1), day: window('day', 42) };
  writeLimitHeaders({ header: (name, value) => headers.set(name, value) }, { limits, quota }, NOW);
  expect(Object.fromEntries(headers)).toEqual({
    'ratelimit-policy': '"minute";q=1000;w=60, "day";q=100000;w=86400',
    ratelimit: '"minute";r=999;t=18, "day";r=99958;t=34458',
    'x-ratelimit-limit': '1000',
    'x-ratelimit-remaining': '999',
    'x-ratelimit-requests-limit': '100000',
    'x-ratelimit-requests-remaining': '99958',
  });
});
