import { AppError } from '../../kernel/errors/app-error.js';
import { rangeOf, startOf } from './usage-range.js';

const NOW = Date.parse('2026-03-10T14:25:00.000Z');
const shown = (query: Parameters<typeof rangeOf>[0]) => {
  const { unit, from, to } = rangeOf(query, NOW);
  return [unit, startOf(unit, from).toISOString(), startOf(unit, to).toISOString()];
};

describe('rangeOf', () => {
  it.each([
    [{}, 'hour', '2026-03-09T15:00:00.000Z', '2026-03-10T15:00:00.000Z'],
    [{ granularity: 'day' }, 'day', '2026-03-09T00:00:00.000Z', '2026-03-11T00:00:00.000Z'],
    [{ to: '2026-03-01T12:00:00.000Z' }, 'hour', '2026-02-28T12:00:00.000Z', '2026-03-01T12:00:00.000Z'],
    [{ from: '2026-03-10T14:24:59.000Z' }, 'hour', '2026-03-10T14:00:00.000Z', '2026-03-10T15:00:00.000Z'],
    [{ from: '2026-01-01T01:00:00.000Z' }, 'day', '2026-01-01T00:00:00.000Z', '2026-03-11T00:00:00.000Z'],
  ] as const)('of %j is by %s, from %s to %s', (query, ...expected) => {
    expect(shown(query)).toEqual(expected);
  });

  it.each([
    { from: '2026-03-10T15:00:00.000Z' },
    { from: '2026-01-02T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' },
    { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' },
    { from: '2026-01-01T00:00:00.000Z', granularity: 'hour' } as const,
    { from: '2024-01-01T00:00:00.000Z' },
  ])('refuses %j', query => {
    expect(() => rangeOf(query, NOW)).toThrow(AppError);
  });
});
