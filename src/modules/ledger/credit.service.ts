import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { CustomerRef } from '../customers/customer.service.js';
import type { Account } from './account.js';
import { AccountRepository } from './account.repository.js';
import { SettlementService } from './settlement.service.js';

/** What customers can spend, ready to be decided upon. */
@Injectable()
export class CreditService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly settlement: SettlementService,
  ) {}

  /**
   * The customer's accounts that have not ended, everything settled that is due. A first attempt reads them as they
   * are, and the write itself finds out whether that still holds; the next ones lock them.
   */
  async toSpend(ctx: RequestContext, customer: Pick<CustomerRef, 'id'>, now: Date): Promise<Account[]> {
    const { accounts, nextDue } = await this.accounts.spendable(ctx, customer.id);
    const due = nextDue !== null && nextDue <= now && !ctx.unit!.writing;
    if (due) await this.settlement.settleCustomer(customer.id, now);
    if (ctx.unit!.attempt > 1) return this.accounts.lockSpendable(ctx, customer.id);
    return due ? (await this.accounts.spendable(ctx, customer.id)).accounts : accounts;
  }
}
