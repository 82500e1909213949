import { AppError } from '../../kernel/errors/app-error.js';
import { rangeOf, startOfHour } from './usage-range.js';

const NOW = Date.parse('2026-03-10T14:25:00.000Z');
const shown = (query: Parameters<typeof rangeOf>[0]) => {
  const { granularity, bounds } = rangeOf(query, NOW);
  return [granularity, ...[bounds[0]!, bounds.at(-1)!].map(hour => startOfHour(hour).toISOString())];
};
/** Bounds as the query's zone has them: hours and days between them. */
const lengths = (query: Parameters<typeof rangeOf>[0]) => {
  const { bounds } = rangeOf(query, NOW);
  return bounds.slice(1).map((bound, at) => bound - bounds[at]!);
};

describe('rangeOf', () => {
  it.each([
    [{}, 'hour', '2026-03-09T15:00:00.000Z', '2026-03-10T15:00:00.000Z'],
    [{ granularity: 'day' }, 'day', '2026-03-09T00:00:00.000Z', '2026-03-11T00:00:00.000Z'],
    [{ granularity: 'week' }, 'week', '2025-12-15T00:00:00.000Z', '2026-03-16T00:00:00.000Z'],
    [{ granularity: 'month' }, 'month', '2025-04-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
    [{ to: '2026-03-01T12:00:00.000Z' }, 'hour', '2026-02-28T12:00:00.000Z', '2026-03-01T12:00:00.000Z'],
    [{ from: '2026-03-10T14:24:59.000Z' }, 'hour', '2026-03-10T14:00:00.000Z', '2026-03-10T15:00:00.000Z'],
    [{ from: '2026-01-01T01:00:00.000Z' }, 'day', '2026-01-01T00:00:00.000Z', '2026-03-11T00:00:00.000Z'],
    [
      { granularity: 'day', tz: 'America/New_York' },
      'day',
      '2026-03-09T04:00:00.000Z',
      '2026-03-11T04:00:00.000Z',
    ],
    [
      { granularity: 'month', tz: 'Europe/Berlin', from: '2026-01-31T23:30:00.000Z' },
      'month',
      '2026-01-31T23:00:00.000Z',
      '2026-03-31T22:00:00.000Z',
    ],
  ] as const)('of %j is by %s, from %s to %s', (query, ...expected) => {
    expect(shown(query)).toEqual(expected);
  });

  it.each([
    ['the clocks go forward', 'Europe/Berlin', '2026-03-28T12:00:00.000Z', [24, 23, 24]],
    ['the clocks go back', 'Europe/Berlin', '2025-10-25T12:00:00.000Z', [24, 25, 24]],
    ['midnight is left out', 'America/Asuncion', '2023-09-30T12:00:00.000Z', [24, 23, 24]],
    ['midnight comes twice', 'America/Havana', '2025-11-01T12:00:00.000Z', [24, 25, 24]],
    ['a whole day is left out', 'Pacific/Apia', '2011-12-29T12:00:00.000Z', [24, 24, 24]],
  ])('has days of as many hours as they have where %s', (_, tz, from, expected) => {
    const to = new Date(Date.parse(from) + 2 * 24 * 3_600_000).toISOString();
    expect(lengths({ granularity: 'day', tz, from, to }).slice(0, 3)).toEqual(expected);
  });

  it.each([
    { from: '2026-03-10T15:00:00.000Z' },
    { from: '2026-01-02T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' },
    { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' },
    { from: '2026-01-01T00:00:00.000Z', granularity: 'hour' } as const,
    { from: '2024-01-01T00:00:00.000Z' },
    { from: '2020-01-01T00:00:00.000Z', granularity: 'month' } as const,
  ])('refuses %j', query => {
    expect(() => rangeOf(query, NOW)).toThrow(AppError);
  });

  it.each(['Asia/Kolkata', 'Asia/Kathmandu', 'America/St_Johns'])(
    'refuses the days of %s, which no count by whole hours can tell apart',
    tz => {
      expect(() => rangeOf({ granularity: 'day', tz }, NOW)).toThrow(
        expect.objectContaining({ code: 'validation_failed', param: 'tz' }),
      );
      expect(rangeOf({ tz }, NOW).bounds).toHaveLength(25);
    },
  );
});
