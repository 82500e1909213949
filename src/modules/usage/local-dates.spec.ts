import fc from 'fast-check';
import { isTimeZone, localBeginnings, zoneNamed } from './local-dates.js';

const DAY_MS = 86_400_000;
const ZONES = Intl.supportedValuesOf('timeZone');
/** Zones whose clocks do something that others' do not, more often than chance would bring them. */
const ODD = [
  'America/Havana',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'America/Goose_Bay',
  'Africa/Casablanca',
];

const zone = fc.oneof(fc.constantFrom(...ODD), fc.constantFrom(...ZONES));
const unit = fc.constantFrom('day' as const, 'week' as const, 'month' as const);
const instant = fc.integer({ min: Date.parse('1970-01-03'), max: Date.parse('2040-01-01') });

const formats = new Map<string, Intl.DateTimeFormat>();
function dateIn(timeZone: string, at: number): string {
  if (!formats.has(timeZone)) formats.set(timeZone, new Intl.DateTimeFormat('en-CA', { timeZone }));
  return formats.get(timeZone)!.format(at);
}

function beginsIn(kind: 'day' | 'week' | 'month', date: string): boolean {
  if (kind === 'month') return date.endsWith('-01');
  return kind === 'day' || new Date(date).getUTCDay() === 1;
}

describe('localBeginnings', () => {
  it('covers what is asked for by buckets that follow each other, each from a local midnight on', () => {
    fc.assert(
      fc.property(zone, unit, instant, fc.integer({ min: 1, max: 60 * DAY_MS }), (tz, kind, from, length) => {
        const to = from + length;
        const beginnings = localBeginnings(kind, tz, { from, to, count: 1 });
        expect(beginnings[0]).toBeLessThanOrEqual(from);
        expect(beginnings.at(-1)).toBeGreaterThanOrEqual(to);
        expect(beginnings.at(-2)).toBeLessThan(to);
        for (const [at, beginning] of beginnings.entries()) {
          if (at > 0) expect(beginning).toBeGreaterThan(beginnings[at - 1]!);
          // The instant before lies on another date, and this one on the first of its bucket.
          const date = dateIn(tz, beginning);
          expect(dateIn(tz, beginning - 1)).not.toBe(date);
          if (kind === 'day') expect(beginsIn(kind, date)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('begins weeks on Mondays and months on the first, unless the zone left that day out', () => {
    fc.assert(
      fc.property(zone, fc.constantFrom('week' as const, 'month' as const), instant, (tz, kind, from) => {
        fc.pre(tz !== 'Pacific/Apia' && !tz.includes('Kwajalein') && !tz.includes('Enderbury'));
        for (const beginning of localBeginnings(kind, tz, { from, to: from + 40 * DAY_MS, count: 1 }))
          expect(beginsIn(kind, dateIn(tz, beginning))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('has every day, as long as it was, over a year', () => {
    fc.assert(
      fc.property(zone, instant, (tz, from) => {
        const to = from + 400 * DAY_MS;
        const days = localBeginnings('day', tz, { from, to, count: 1 });
        const dates = days.map(day => dateIn(tz, day));
        expect(new Set(dates).size).toBe(dates.length);
        for (const [at, day] of days.entries()) {
          expect(dateIn(tz, day - 1)).not.toBe(dates[at]);
          // Labrador went back by two hours in 1988.
          if (at > 0) expect(day - days[at - 1]!).toBeLessThanOrEqual(26 * 3_600_000);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('counts back from the end where there is no beginning', () => {
    const to = Date.parse('2026-03-10T14:25:00.000Z');
    expect(localBeginnings('month', 'UTC', { to, count: 3 }).map(at => new Date(at).toISOString())).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-02-01T00:00:00.000Z',
      '2026-03-01T00:00:00.000Z',
      '2026-04-01T00:00:00.000Z',
    ]);
  });
});

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Etc/GMT+5', 'america/new_york'])('knows %s', name => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Mars/Olympus', '+02:00', 'Europe/', '../UTC', 'Z'])('does not know %j', name => {
    expect(isTimeZone(name)).toBe(false);
  });
});

it.each([
  ['europe/berlin', 'Europe/Berlin'],
  ['AMERICA/PORT-AU-PRINCE', 'America/Port-au-Prince'],
  ['asia/kolkata', 'Asia/Kolkata'],
  ['utc', 'UTC'],
])('zone %s is named %s', (given, name) => {
  expect(zoneNamed(given)).toBe(name);
});
