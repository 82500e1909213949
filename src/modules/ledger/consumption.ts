import type { Part } from './spending.js';

/** How what was frozen is settled: what of each account is used, and what returns to it. */
export interface Consumption {
  readonly consumed: Part[];
  readonly returned: Part[];
  /** What is used beyond what was frozen. */
  readonly overage: number;
}

/** Uses an amount of what was frozen, in the order in which it was taken; the rest returns. */
export function consume(frozen: readonly Part[], amount: number): Consumption {
  const consumed: Part[] = [];
  const returned: Part[] = [];
  let left = amount;
  for (const { account, amount: held } of frozen) {
    const used = Math.min(left, held);
    if (used > 0) consumed.push({ account, amount: used });
    if (held > used) returned.push({ account, amount: held - used });
    left -= used;
  }
  return { consumed, returned, overage: left };
}

/** Parts of the same account together, in the order in which the accounts come first. */
export function together(...lists: readonly (readonly Part[])[]): Part[] {
  const sums = new Map<string, Part>();
  for (const { account, amount } of lists.flat()) {
    sums.set(account.id, { account, amount: amount + (sums.get(account.id)?.amount ?? 0) });
  }
  return [...sums.values()];
}
