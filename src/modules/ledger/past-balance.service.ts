import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { invalidField } from '../../kernel/errors/app-error.js';
import { CustomerService } from '../customers/customer.service.js';
import type { Account } from './account.js';
import { AccountRepository } from './account.repository.js';
import { creditOf, settled } from './balances.js';
import { EntrySumRepository } from './entry-sums.repository.js';
import { FreezeRepository } from './freeze.repository.js';
import type { BalanceAt } from './project-ledger.dto.js';

/** What customers had at some time, from their entries. */
@Injectable()
export class PastBalanceService {
  constructor(
    private readonly customers: CustomerService,
    private readonly accounts: AccountRepository,
    private readonly freezes: FreezeRepository,
    private readonly sums: EntrySumRepository,
  ) {}

  /** @throws AppError `customer_not_found`, `validation_failed` for the future */
  async at(ctx: RequestContext, projectId: string, customerId: string, when?: string): Promise<BalanceAt> {
    const now = new Date();
    const at = when === undefined ? now : new Date(when);
    if (at > now) throw invalidField('at', 'lies in the future', 'Send an instant that has passed.');
    const customer = await this.customers.existing(ctx, projectId, customerId);
    const { balance, wallets } = creditOf(await this.accountsAt(ctx, customer.id, at), at);
    return { customer_id: customer.customer_id, at: at.toISOString(), balance, wallets };
  }

  /** The customer's accounts as they were; what was due then counts as settled, although its entry may be yet to come. */
  private async accountsAt(ctx: RequestContext, rowId: string, at: Date): Promise<Account[]> {
    let due = await this.freezes.overdueOf(ctx, [rowId], at);
    for (;;) {
      const sums = await this.sums.ofCustomer(ctx, rowId, firstIdAt('led', new Date(at.getTime() + 1)));
      const accounts = (await this.accounts.ofCustomers(ctx, [rowId])).flatMap(account => {
        const sum = sums.get(account.id);
        // Whether it had ended is a matter of the time that is asked for.
        return sum ? [{ ...account, ...sum, swept: false }] : [];
      });
      const still = due.length ? await this.freezes.overdueOf(ctx, [rowId], at) : due;
      if (still.length === due.length) return settled(accounts, due, at);
      due = still;
    }
  }
}
