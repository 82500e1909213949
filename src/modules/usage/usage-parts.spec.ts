import fc from 'fast-check';
import { partsOf } from './usage-parts.js';

const bounds = fc
  .tuple(
    fc.integer({ min: 400_000, max: 500_000 }),
    fc.array(fc.constantFrom(1, 23, 24, 24, 25, 168, 720, 744), { minLength: 1, maxLength: 120 }),
  )
  .map(([first, lengths]) => lengths.reduce((all, length) => [...all, all.at(-1)! + length], [first]));

/** The bucket that the parts count each hour in, by the hour. */
function bucketsOf(all: readonly number[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const { unit, from, to, only, except, beginnings } of partsOf(all)) {
    for (let at = from; at < to; at++) {
      if ((only.length > 0 && !only.includes(at)) || except.includes(at)) continue;
      const bucket = beginnings.findLastIndex(beginning => beginning <= at);
      for (const hour of unit === 'hour' ? [at] : Array.from({ length: 24 }, (_, one) => at * 24 + one)) {
        expect(found.has(hour)).toBe(false);
        found.set(hour, bucket);
      }
    }
  }
  return found;
}

it('parts count every hour of a range once, in its bucket', () => {
  fc.assert(
    fc.property(bounds, all => {
      const found = bucketsOf(all);
      expect(found.size).toBe(all.at(-1)! - all[0]!);
      for (const [hour, bucket] of found) {
        expect(all[bucket]).toBeLessThanOrEqual(hour);
        expect(all[bucket + 1]).toBeGreaterThan(hour);
      }
    }),
    { numRuns: 30 },
  );
});

it('whole UTC days are read from the daily counts', () => {
  const year = Array.from({ length: 366 }, (_, day) => (20_000 + day) * 24);
  expect(partsOf(year)).toMatchObject([{ unit: 'day', from: 20_000, to: 20_365, only: [], except: [] }]);
});
