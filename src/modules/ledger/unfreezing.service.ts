import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { CustomerService, customerTarget } from '../customers/customer.service.js';
import { AccountRepository } from './account.repository.js';
import { toDetails, type Unfreeze, type UnfreezeAnswer } from './billing.dto.js';
import { Books } from './books.service.js';
import type { FreezeRow } from './freeze.js';
import { FreezeRepository } from './freeze.repository.js';
import { release } from './movements.js';
import { SettlementService } from './settlement.service.js';

/** Gives back what was frozen. */
@Injectable()
export class UnfreezingService {
  constructor(
    private readonly customers: CustomerService,
    private readonly accounts: AccountRepository,
    private readonly freezes: FreezeRepository,
    private readonly settlement: SettlementService,
    private readonly books: Books,
  ) {}

  /**
   * Gives back all that was frozen under a transaction.
   * @throws AppError `no_unfreezable_records`, `freeze_records_already_consumed`
   */
  async unfreeze(ctx: RequestContext, projectId: string, input: Unfreeze): Promise<UnfreezeAnswer> {
    const now = new Date();
    const freeze = await this.settlement.settled(ctx, projectId, input.transaction_id, now);
    const first = firstAnswer(freeze);
    if (first) {
      ctx.audit.nothing();
      return first;
    }
    return this.carryOut(ctx, freeze!, now);
  }

  private async carryOut(ctx: RequestContext, freeze: FreezeRow, now: Date): Promise<UnfreezeAnswer> {
    const { transaction_id: transactionId, amount, business_type: businessType, description } = freeze;
    const customer = await this.customers.byRow(ctx, freeze.project_id, freeze.customer_row_id);
    const parts = await this.accounts.partsOf(ctx, freeze.parts);
    const answer: UnfreezeAnswer = {
      transaction_id: transactionId,
      unfrozen_amount: amount,
      unfreeze_details: toDetails(parts),
      unfrozen_at: now.toISOString(),
      is_idempotent_replay: false,
    };
    await this.freezes.settle(ctx, freeze, 'UNFROZEN', answer);
    await this.books.post(ctx, { customer, transactionId, businessType, description }, release(parts, now));
    const details = answer.unfreeze_details;
    ctx.audit.change(customerTarget(customer), null, { transaction_id: transactionId, amount, details });
    return answer;
  }
}

/** What a repeated request is answered; null when the freeze can be released now. */
function firstAnswer(freeze: FreezeRow | null): UnfreezeAnswer | null {
  switch (freeze?.status) {
    case 'FROZEN':
      return null;
    case 'UNFROZEN':
    case 'AUTO_UNFROZEN':
      return { ...(freeze.settlement as UnfreezeAnswer), is_idempotent_replay: true };
    case 'CONSUMED':
    case 'AUTO_CONSUMED':
      throw new AppError('freeze_records_already_consumed');
    case undefined:
      throw new AppError('no_unfreezable_records');
  }
}
