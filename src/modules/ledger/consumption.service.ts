import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { CustomerService, customerTarget } from '../customers/customer.service.js';
import { AccountRepository } from './account.repository.js';
import { type Consume, type ConsumeAnswer, toDetails } from './billing.dto.js';
import { Books } from './books.service.js';
import { consume, together } from './consumption.js';
import { CreditService } from './credit.service.js';
import type { FreezeRow } from './freeze.js';
import { FreezeRepository } from './freeze.repository.js';
import { release, use } from './movements.js';
import { shortage } from './selection.js';
import { SettlementService } from './settlement.service.js';
import { type Part, spend } from './spending.js';

/** Uses what was frozen. */
@Injectable()
export class ConsumptionService {
  constructor(
    private readonly customers: CustomerService,
    private readonly accounts: AccountRepository,
    private readonly credit: CreditService,
    private readonly freezes: FreezeRepository,
    private readonly settlement: SettlementService,
    private readonly books: Books,
  ) {}

  /**
   * Uses what was frozen under a transaction: all of it, less, whose rest returns, or more, whose surplus comes from
   * the same wallets.
   * @throws AppError `no_consumable_freeze_records`, `freeze_auto_unfrozen`, `transaction_conflict`,
   *   `insufficient_balance` and its like
   */
  async consume(ctx: RequestContext, projectId: string, input: Consume): Promise<ConsumeAnswer> {
    const now = new Date();
    const freeze = await this.settlement.settled(ctx, projectId, input.transaction_id, now);
    const first = firstAnswer(freeze, input);
    if (first) {
      ctx.audit.nothing();
      return first;
    }
    return this.carryOut(ctx, freeze!, input.actual_amount ?? freeze!.amount, now);
  }

  private async carryOut(
    ctx: RequestContext,
    freeze: FreezeRow,
    amount: number,
    now: Date,
  ): Promise<ConsumeAnswer> {
    const customer = await this.customers.byRow(ctx, freeze.project_id, freeze.customer_row_id);
    const frozen = await this.accounts.partsOf(ctx, freeze.parts);
    const { consumed, returned, overage } = consume(frozen, amount);
    const surplus = overage > 0 ? await this.surplus(ctx, freeze, overage, now) : [];
    const returned_amount = returned.reduce((sum, part) => sum + part.amount, 0);
    const answer: ConsumeAnswer = {
      transaction_id: freeze.transaction_id,
      consumed_amount: amount,
      ...(returned_amount > 0 ? { returned_amount } : {}),
      ...(overage > 0 ? { overage_amount: overage } : {}),
      consume_details: toDetails(together(consumed, surplus)),
      consumed_at: now.toISOString(),
      is_idempotent_replay: false,
    };
    await this.freezes.settle(ctx, freeze, 'CONSUMED', answer);
    const { transaction_id: transactionId, business_type: businessType, description } = freeze;
    const movements = [...use(consumed, surplus), ...release(returned, now)];
    await this.books.post(ctx, { customer, transactionId, businessType, description }, movements);
    ctx.audit.change(customerTarget(customer), null, {
      ...{ transaction_id: transactionId, frozen_amount: freeze.amount, consumed_amount: amount },
      ...{ returned_amount, overage_amount: overage, details: answer.consume_details },
    });
    return answer;
  }

  /** What is used beyond what was frozen, of the wallets that the freeze may draw upon. */
  private async surplus(ctx: RequestContext, freeze: FreezeRow, overage: number, now: Date): Promise<Part[]> {
    const { customer_row_id: id, selector } = freeze;
    const spending = spend(await this.credit.ofRow(ctx, id, now), overage, selector, now);
    if ('available' in spending) throw shortage(selector, overage, spending.available);
    return spending.parts;
  }
}

/** What a repeated request is answered; null when the freeze can be consumed now. */
function firstAnswer(freeze: FreezeRow | null, { actual_amount: actual }: Consume): ConsumeAnswer | null {
  const settlement = freeze?.settlement as ConsumeAnswer | undefined;
  switch (freeze?.status) {
    case 'FROZEN':
      return null;
    case 'AUTO_CONSUMED':
      return { ...settlement!, is_idempotent_replay: true };
    case 'CONSUMED':
      if (settlement!.consumed_amount !== (actual ?? freeze.amount))
        throw new AppError('transaction_conflict');
      return { ...settlement!, is_idempotent_replay: true };
    case 'AUTO_UNFROZEN':
      throw new AppError('freeze_auto_unfrozen');
    case 'UNFROZEN':
    case undefined:
      throw new AppError('no_consumable_freeze_records');
  }
}
