import type { QuotaTaken } from './quota-window.js';

/** What one process asks of the shared quota; `taken` is all it had before, whatever the store knew of it. */
export interface QuotaRequest extends QuotaTaken {
  /** How much it needs; 0 only reports and asks. */
  readonly need: number;
  /** How much it would like. */
  readonly want: number;
  readonly limit: number;
}

export interface QuotaAnswer {
  /** How much was granted: nothing, or at least what is needed. */
  readonly granted: number;
  /** What each other process has taken. */
  readonly others: ReadonlyMap<string, number>;
}

/**
 * Where processes share a quota. It keeps, for each period, how much every process has taken: numbers that
 * only their own process writes, so a store that lost or missed some is right again once each has reported.
 */
export interface QuotaStore {
  /**
   * Notes what the process has taken and grants more while there is some. `known` is what was learnt of the
   * other processes elsewhere; where the store knows less, it goes by that.
   */
  take(request: QuotaRequest, known: ReadonlyMap<string, number>): Promise<QuotaAnswer>;
}

/** At most one part in so many of what is left is taken at once. */
const LARGEST_SHARE = 100;

/** How much to grant when `left` is left: not more than 1 % of it, but at least what is needed, or nothing. */
export function lot(left: number, need: number, want: number): number {
  if (need === 0 || left < need) return 0;
  return Math.max(need, Math.min(want, Math.floor(left / LARGEST_SHARE)));
}

/** What is known of each process when two sources are put together. */
export function merged(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): Map<string, number> {
  const result = new Map(one);
  for (const [process, taken] of other) result.set(process, Math.max(taken, result.get(process) ?? 0));
  return result;
}

export function sumOf(taken: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const value of taken.values()) sum += value;
  return sum;
}
