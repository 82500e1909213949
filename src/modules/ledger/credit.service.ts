import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { CustomerRef } from '../customers/customer.service.js';
import type { Account } from './account.js';
import { AccountRepository, type Spendable } from './account.repository.js';
import { SettlementService } from './settlement.service.js';

/** What customers can spend, ready to be decided upon. */
@Injectable()
export class CreditService {
  constructor(
    private readonly accounts: AccountRepository,
    private readonly settlement: SettlementService,
  ) {}

  /**
   * A customer with the accounts that have not ended, everything settled that is due. A first attempt reads them as they
   * are, and the write itself finds out whether that still holds; the next ones lock them.
   * @throws AppError `customer_not_found`
   */
  async ofCustomer(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    now: Date,
  ): Promise<{ customer: CustomerRef; accounts: Account[] }> {
    const found = await this.accounts.spendableOf(ctx, projectId, customerId);
    if (!found) throw new AppError('customer_not_found');
    return { customer: found.customer, accounts: await this.ready(ctx, found.customer.id, found, now) };
  }

  /** The same of a customer by the id of its row. */
  async ofRow(ctx: RequestContext, rowId: string, now: Date): Promise<Account[]> {
    return this.ready(ctx, rowId, await this.accounts.spendable(ctx, rowId), now);
  }

  private async ready(ctx: RequestContext, rowId: string, found: Spendable, now: Date): Promise<Account[]> {
    const { accounts, nextDue } = found;
    const due = nextDue !== null && nextDue <= now && !ctx.unit!.writing;
    if (due) await this.settlement.settleCustomer(rowId, now);
    if (ctx.unit!.attempt > 1) return this.accounts.lockSpendable(ctx, rowId);
    return due ? (await this.accounts.spendable(ctx, rowId)).accounts : accounts;
  }
}
