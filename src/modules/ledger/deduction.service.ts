import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { customerTarget } from '../customers/customer.service.js';
import { type Deduct, type DeductAnswer, toDetails } from './billing.dto.js';
import { Books } from './books.service.js';
import { CreditService } from './credit.service.js';
import { use } from './movements.js';
import { fingerprintOf, type OperationName, OperationRepository } from './operation.repository.js';
import { selectorOf, shortage } from './selection.js';
import { spend } from './spending.js';

/** Takes credit from customers at once. */
@Injectable()
export class DeductionService {
  constructor(
    private readonly credit: CreditService,
    private readonly operations: OperationRepository,
    private readonly books: Books,
  ) {}

  /**
   * Deducts an amount, once for each `transaction_id`. Whether it was done before is asked last: the unique key tells,
   * and so does a shortage, which a first one may have caused.
   * @throws AppError `customer_not_found`, `insufficient_balance`, `transaction_conflict` and their like
   */
  async deduct(ctx: RequestContext, projectId: string, input: Deduct): Promise<DeductAnswer> {
    const selector = selectorOf(input);
    const { transaction_id: reference, amount, customer_id } = input;
    const name: OperationName = {
      ...{ projectId, kind: 'DEDUCT', reference },
      fingerprint: fingerprintOf(customer_id, amount, selector),
    };
    if (ctx.unit!.attempt > 1) {
      const first = await this.replay(ctx, name);
      if (first) return first;
    }
    const now = new Date();
    const { customer, accounts } = await this.credit.ofCustomer(ctx, projectId, customer_id, now);
    const spending = spend(accounts, amount, selector, now);
    if ('available' in spending) {
      const first = await this.replay(ctx, name);
      if (first) return first;
      throw shortage(selector, amount, spending.available);
    }
    const { parts } = spending;
    const answer: DeductAnswer = {
      transaction_id: reference,
      deducted_amount: amount,
      deduct_details: toDetails(parts),
      deducted_at: now.toISOString(),
      is_idempotent_replay: false,
    };
    await this.operations.insert(ctx, name, answer, now);
    const { business_type, description = null } = input;
    const businessType = business_type ?? 'UNDEFINED';
    await this.books.post(
      ctx,
      { customer, transactionId: reference, businessType, description },
      use([], parts),
    );
    ctx.audit.change(customerTarget(customer), null, {
      ...{ transaction_id: reference, amount, business_type: businessType, description },
      details: answer.deduct_details,
    });
    return answer;
  }

  private async replay(ctx: RequestContext, name: OperationName): Promise<DeductAnswer | null> {
    const first = await this.operations.answerTo<DeductAnswer>(ctx, name);
    if (!first) return null;
    // With locks held it is too late to say that nothing was done.
    if (ctx.unit!.writing) throw new StaleRead('the operation');
    ctx.audit.nothing();
    return { ...first, is_idempotent_replay: true };
  }
}
