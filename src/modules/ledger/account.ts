/** The largest amount, and the largest total of a customer: up to here a number of JSON is exact. */
export const MOST = Number.MAX_SAFE_INTEGER;

/** The numbers of an account. `expired` is credit that its end has taken. */
export interface Figures {
  readonly total: number;
  readonly used: number;
  readonly frozen: number;
  readonly expired: number;
}

/** An account: the credit of one customer, wallet, source and window of time. */
export interface Account extends Figures {
  readonly id: string;
  readonly customer_row_id: string;
  readonly wallet: string;
  readonly source: string;
  readonly starts_at: Date | null;
  readonly expires_at: Date | null;
  /** Whether what was left at its end has been taken. */
  readonly swept: boolean;
}

/** What can still be spent of an account, whatever the time. */
export function availableIn({ total, used, frozen, expired }: Figures): number {
  return total - used - frozen - expired;
}

/** Whether an account has come to its end. One that was swept stays ended, whatever the clock says afterwards. */
export function hasEnded({ swept, expires_at }: Account, at: Date): boolean {
  return swept || (expires_at !== null && expires_at <= at);
}

/** Whether an account's credit counts at a time: it has started, and not ended. */
export function isActive(account: Account, at: Date): boolean {
  return !hasEnded(account, at) && (account.starts_at === null || account.starts_at <= at);
}

/**
 * A number of the database: MySQL and MariaDB answer sums as text.
 * @throws Error when it is none that a double holds exactly
 */
export function toAmount(value: unknown): number {
  const amount = value === null || value === undefined ? 0 : Number(value);
  if (!Number.isSafeInteger(amount))
    throw new Error(`the database answers ${String(value)}, which is no amount`);
  return amount;
}
