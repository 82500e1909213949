import { type Account, availableIn, isActive } from './account.js';

/** Which wallets may be drawn upon. */
export type Selector =
  | { readonly by: 'any' }
  | { readonly by: 'wallet'; readonly wallets: readonly string[] }
  | { readonly by: 'credit_types'; readonly wallets: readonly string[] };

/** An amount of one account. */
export interface Part {
  readonly account: Account;
  readonly amount: number;
}

/** How an amount is taken, or how much there is when that is too little. */
export type Spending = { readonly parts: Part[] } | { readonly available: number };

/** Whether a selector admits a wallet. */
export function admits(selector: Selector, wallet: string): boolean {
  return selector.by === 'any' || selector.wallets.includes(wallet);
}

/** The accounts that can be spent at a time, in the order in which they are: what ends first, first. */
export function inSpendingOrder(accounts: readonly Account[], at: Date): Account[] {
  return accounts.filter(account => isActive(account, at)).sort(bySpending);
}

/** Takes an amount from the accounts that the selector admits, in their order. */
export function spend(accounts: readonly Account[], amount: number, selector: Selector, at: Date): Spending {
  const parts: Part[] = [];
  let left = amount;
  for (const account of inSpendingOrder(accounts, at)) {
    if (!admits(selector, account.wallet)) continue;
    const taken = Math.min(left, availableIn(account));
    if (taken <= 0) continue;
    parts.push({ account, amount: taken });
    left -= taken;
    if (left === 0) return { parts };
  }
  return { available: amount - left };
}

/** Soonest end first, never ending last; then earliest start, then age. */
function bySpending(one: Account, other: Account): number {
  return (
    compare(one.expires_at?.getTime() ?? Infinity, other.expires_at?.getTime() ?? Infinity) ||
    compare(one.starts_at?.getTime() ?? -Infinity, other.starts_at?.getTime() ?? -Infinity) ||
    (one.id < other.id ? -1 : 1)
  );
}

function compare(one: number, other: number): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
