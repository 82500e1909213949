import type { RequestContext } from '../../kernel/context/request-context.js';
import type { CustomerCredit } from './customer-credit.js';

/** Knows what customers have; the `ledger` module provides it. */
export abstract class CustomerWallets {
  /** What each customer has at `at`, by the ids of their rows; there is an entry for each. */
  abstract of(ctx: RequestContext, rowIds: readonly string[], at: Date): Promise<Map<string, CustomerCredit>>;
}
