import type { AlertThresholdEntity } from './alert-threshold.entity.js';
import { conditionOf, keysOf } from './threshold-key.js';

const threshold = (id: string, value: number) => ({
  ...({ metric: 'errors', operator: '>', window: '5m' } satisfies Partial<AlertThresholdEntity>),
  value,
  id,
});

it('names thresholds by what they watch, namesakes in the order in which they were made', () => {
  const made = [threshold('alr_3', 10), threshold('alr_1', 10), threshold('alr_2', 0.5)];
  expect([...keysOf(made)].map(([key, { id }]) => [key, id])).toEqual([
    ['errors > 10 in 5m', 'alr_1'],
    ['errors > 0.5 in 5m', 'alr_2'],
    ['errors > 10 in 5m#2', 'alr_3'],
  ]);
});

it.each([10, -0.5, 1e21, 9_007_199_254_740_991, 1e-7])('reads its own keys: %s', value => {
  for (const key of keysOf([threshold('alr_1', value), threshold('alr_2', value)]).keys()) {
    expect(conditionOf(key)).toEqual({ metric: 'errors', operator: '>', value, window: '5m' });
  }
});
