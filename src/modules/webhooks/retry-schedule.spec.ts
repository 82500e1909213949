import { MOST_ATTEMPTS, waitAfter } from './retry-schedule.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const SCHEDULE = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

describe('the schedule', () => {
  it('is that of the documentation, and ends', () => {
    expect(MOST_ATTEMPTS).toBe(8);
    const waits = Array.from({ length: 9 }, (_, at) => waitAfter(at + 1, { random: 0 }));
    expect(waits).toEqual([...SCHEDULE, null, null]);
  });

  it('is stretched by up to a tenth', () => {
    expect(waitAfter(2, { random: 1 })).toBe(5.5 * MINUTE);
    for (let i = 0; i < 100; i++) {
      const wait = waitAfter(3)!;
      expect(wait).toBeGreaterThanOrEqual(30 * MINUTE);
      expect(wait).toBeLessThanOrEqual(33 * MINUTE);
    }
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  const wait = (attempts: number, retryAfter: string) => waitAfter(attempts, { retryAfter, now, random: 0 });

  it('lengthens a wait, up to the next one', () => {
    expect(wait(1, '60')).toBe(MINUTE);
    expect(wait(1, '86400')).toBe(5 * MINUTE);
    expect(wait(1, 'Sat, 31 Jan 2026 12:02:00 GMT')).toBe(2 * MINUTE);
    expect(wait(7, '864000')).toBe(10 * HOUR);
  });

  it.each(['0', '1', '-5', 'soon', '', 'Sat, 31 Jan 2026 11:00:00 GMT', '1e9'])(
    'shortens none, and understands no nonsense: %j',
    header => expect(wait(2, header)).toBe(5 * MINUTE),
  );

  it('gives no attempt more than there are', () => {
    expect(wait(8, '5')).toBeNull();
  });
});
