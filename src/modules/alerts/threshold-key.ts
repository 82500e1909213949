import type { AlertThresholdEntity } from './alert-threshold.entity.js';

/** What a threshold watches. */
export type Condition = Pick<AlertThresholdEntity, 'metric' | 'operator' | 'value' | 'window'>;

/**
 * Thresholds by what they watch, `errors > 10 in 5m`: by which those of two projects are told to be the same. The
 * second that watches the same is `errors > 10 in 5m#2`.
 */
export function keysOf<T extends Condition & { id: string }>(thresholds: readonly T[]): Map<string, T> {
  const keyed = new Map<string, T>();
  for (const threshold of thresholds.toSorted((one, other) => (one.id < other.id ? -1 : 1))) {
    const { metric, operator, value, window } = threshold;
    const key = `${metric} ${operator} ${value} in ${window}`;
    let namesake = 1;
    while (keyed.has(nth(key, namesake))) namesake++;
    keyed.set(nth(key, namesake), threshold);
  }
  return keyed;
}

/** What a key of {@link keysOf} says. */
export function conditionOf(key: string): Condition {
  const [metric, operator, value, , window] = key.replace(/#\d+$/, '').split(' ');
  return { metric, operator, value: Number(value), window } as Condition;
}

function nth(key: string, number: number): string {
  return number === 1 ? key : `${key}#${number}`;
}
