import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { toWire } from '../../kernel/http/schemas.js';
import { type CustomerRef, CustomerService, customerTarget } from '../customers/customer.service.js';
import { type Freeze, type FreezeAnswer, toDetails } from './billing.dto.js';
import { Books } from './books.service.js';
import { CreditService } from './credit.service.js';
import type { FreezeRow } from './freeze.js';
import { FreezeRepository } from './freeze.repository.js';
import { freeze } from './movements.js';
import { selectorOf, shortage } from './selection.js';
import { type Selector, spend } from './spending.js';

/** Keeps credit of customers for what is still to be done. */
@Injectable()
export class FreezingService {
  constructor(
    private readonly customers: CustomerService,
    private readonly credit: CreditService,
    private readonly freezes: FreezeRepository,
    private readonly books: Books,
  ) {}

  /**
   * Freezes an amount, once for each `transaction_id`.
   * @throws AppError `invalid_auto_settlement`, `customer_not_found`, `insufficient_balance`, `transaction_conflict` and
   *   their like
   */
  async freeze(ctx: RequestContext, projectId: string, input: Freeze): Promise<FreezeAnswer> {
    if (input.unfreeze_after_seconds && input.consume_after_seconds)
      throw new AppError('invalid_auto_settlement');
    const selector = selectorOf(input);
    if (ctx.unit!.attempt > 1) {
      const known = await this.customers.existing(ctx, projectId, input.customer_id);
      const first = await this.replay(ctx, known, input, selector);
      if (first) return first;
    }
    const now = new Date();
    const { amount } = input;
    const { customer, accounts } = await this.credit.ofCustomer(ctx, projectId, input.customer_id, now);
    const spending = spend(accounts, amount, selector, now);
    if ('available' in spending) {
      const first = await this.replay(ctx, customer, input, selector);
      if (first) return first;
      throw shortage(selector, amount, spending.available);
    }
    const { parts } = spending;
    const row = rowOf(customer, input, selector, now, toDetails(parts));
    await this.freezes.insert(ctx, row);
    const { transaction_id, business_type, description, answer } = row;
    const operation = { customer, transactionId: transaction_id, businessType: business_type, description };
    await this.books.post(ctx, operation, parts.map(freeze));
    ctx.audit.change(customerTarget(customer), null, {
      ...{ transaction_id, amount, business_type, description, details: answer.freeze_details },
      ...{ unfreeze_after: answer.unfreeze_after, consume_after: answer.consume_after },
    });
    return answer;
  }

  private async replay(
    ctx: RequestContext,
    customer: CustomerRef,
    { transaction_id, amount }: Freeze,
    selector: Selector,
  ): Promise<FreezeAnswer | null> {
    const first = await this.freezes.find(ctx, customer.project_id, transaction_id);
    if (!first) return null;
    const same = first.customer_row_id === customer.id && first.amount === amount;
    if (!same || JSON.stringify(first.selector) !== JSON.stringify(selector))
      throw new AppError('transaction_conflict');
    // With locks held it is too late to say that nothing was done.
    if (ctx.unit!.writing) throw new StaleRead('the freeze');
    ctx.audit.nothing();
    return { ...first.answer, is_idempotent_replay: true };
  }
}

function rowOf(
  customer: CustomerRef,
  input: Freeze,
  selector: Selector,
  now: Date,
  details: FreezeAnswer['freeze_details'],
): FreezeRow {
  const { transaction_id, amount, unfreeze_after_seconds, consume_after_seconds } = input;
  const seconds = unfreeze_after_seconds ?? consume_after_seconds;
  const due_at = seconds ? new Date(now.getTime() + seconds * 1_000) : null;
  const answer: FreezeAnswer = {
    transaction_id,
    frozen_amount: amount,
    freeze_details: details,
    unfreeze_after: unfreeze_after_seconds ? toWire(due_at) : null,
    consume_after: consume_after_seconds ? toWire(due_at) : null,
    is_idempotent_replay: false,
  };
  return {
    ...{
      id: newId('frz'),
      project_id: customer.project_id,
      transaction_id,
      customer_row_id: customer.id,
      amount,
    },
    ...{ selector, parts: details.map(({ account_id, amount: part }) => ({ account_id, amount: part })) },
    business_type: input.business_type ?? 'UNDEFINED',
    description: input.description ?? null,
    status: 'FROZEN',
    due_action: unfreeze_after_seconds ? 'UNFREEZE' : consume_after_seconds ? 'CONSUME' : null,
    ...{ due_at, answer, settlement: null, created_at: now },
  };
}
