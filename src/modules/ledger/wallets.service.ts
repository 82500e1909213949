import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { CustomerCredit } from '../customers/customer-credit.js';
import { CustomerWallets } from '../customers/customer-wallets.js';
import type { Account } from './account.js';
import { AccountRepository } from './account.repository.js';
import { creditOf, settled } from './balances.js';
import { FreezeRepository } from './freeze.repository.js';

/** What customers have now: what is due counts as settled, whether the job has come to it or not. */
@Injectable()
export class WalletsService extends CustomerWallets {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly freezes: FreezeRepository,
  ) {
    super();
  }

  override async of(
    ctx: RequestContext,
    rowIds: readonly string[],
    at: Date,
  ): Promise<Map<string, CustomerCredit>> {
    const accounts = groupedBy(
      await this.settledAccounts(ctx, rowIds, at),
      account => account.customer_row_id,
    );
    return new Map(rowIds.map(id => [id, creditOf(accounts.get(id) ?? [], at)]));
  }

  /**
   * Nothing new can become due at a time that has come. So when nothing is, the accounts tell all; else they do
   * together with what is due, provided that nothing of it was settled while they were read.
   */
  private async settledAccounts(
    ctx: RequestContext,
    rowIds: readonly string[],
    at: Date,
  ): Promise<Account[]> {
    let due = await this.freezes.overdueOf(ctx, rowIds, at);
    for (;;) {
      const accounts = await this.accounts.ofCustomers(ctx, rowIds);
      if (due.length === 0) return accounts;
      const still = await this.freezes.overdueOf(ctx, rowIds, at);
      if (still.length === due.length) return settled(accounts, due, at);
      due = still;
    }
  }
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
