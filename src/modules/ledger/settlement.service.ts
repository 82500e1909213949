import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { CustomerService, customerTarget } from '../customers/customer.service.js';
import { AccountRepository } from './account.repository.js';
import { type ConsumeAnswer, toDetails, type UnfreezeAnswer } from './billing.dto.js';
import { Books } from './books.service.js';
import { type FreezeRow, isOverdue } from './freeze.js';
import { FreezeRepository } from './freeze.repository.js';
import { release, use } from './movements.js';
import type { Part } from './spending.js';

/** So long a freeze may be overdue in the ledger; reads see it settled all the same. */
const EVERY_MS = 500;
const BATCH = 100;

/**
 * Settles freezes whose time is over. Every write of a customer's first settles what is due, so that entries come in
 * the order of their times; the job sees to the rest. Several that settle the same freeze do it once.
 */
@Injectable()
export class SettlementService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Ledger');

  constructor(
    private readonly customers: CustomerService,
    private readonly accounts: AccountRepository,
    private readonly freezes: FreezeRepository,
    private readonly books: Books,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('ledger.settle', EVERY_MS, () => this.settleAll(new Date()));
  }

  /** Settles everything that is due at `now`. */
  async settleAll(now: Date): Promise<void> {
    const ctx = context();
    for (;;) {
      const due = await this.freezes.overdue(ctx, now, BATCH);
      let settled = 0;
      for (const freeze of due) if (await this.tried(freeze, now)) settled++;
      if (due.length < BATCH || settled === 0) return;
    }
  }

  /** Settles everything of one customer that is due at `now`. */
  async settleCustomer(rowId: string, now: Date): Promise<void> {
    for (const freeze of await this.freezes.overdueOf(context(), [rowId], now))
      await this.settle(freeze, now);
  }

  /** The freeze of a transaction, settled if its time is over; null when there is none. */
  async settled(
    ctx: RequestContext,
    projectId: string,
    transactionId: string,
    now: Date,
  ): Promise<FreezeRow | null> {
    const freeze = await this.freezes.find(ctx, projectId, transactionId);
    if (!freeze || !isOverdue(freeze, now)) return freeze;
    await this.settle(freeze, now);
    return this.freezes.find(ctx, projectId, transactionId);
  }

  /** Settles one freeze, unless it has been meanwhile. */
  private async settle({ project_id, transaction_id }: FreezeRow, now: Date): Promise<void> {
    const ctx = context();
    await this.units.run(ctx, { events: ['billing.unfrozen', 'billing.consumed'] }, async () => {
      const freeze = await this.freezes.find(ctx, project_id, transaction_id);
      if (!freeze || !isOverdue(freeze, now)) return void ctx.audit.nothing();
      await this.carryOut(ctx, freeze, now);
    });
  }

  /** One freeze that cannot be settled must not keep the others. */
  private async tried(freeze: FreezeRow, now: Date): Promise<boolean> {
    try {
      await this.settle(freeze, now);
      return true;
    } catch (error) {
      this.logger.error({ err: error, freeze: freeze.id }, 'a freeze could not be settled');
      return false;
    }
  }

  private async carryOut(ctx: RequestContext, freeze: FreezeRow, now: Date): Promise<void> {
    const { transaction_id, amount, due_action, business_type, description } = freeze;
    const at = freeze.due_at!;
    const parts = await this.accounts.partsOf(ctx, freeze.parts);
    const consumes = due_action === 'CONSUME';
    const settlement = consumes ? consumption(freeze, parts, at) : unfreezing(freeze, parts, at);
    await this.freezes.settle(ctx, freeze, consumes ? 'AUTO_CONSUMED' : 'AUTO_UNFROZEN', settlement);
    const customer = { id: freeze.customer_row_id, project_id: freeze.project_id };
    const movements = consumes ? use(parts).map(one => ({ ...one, at })) : release(parts, now, at);
    const operation = { customer, transactionId: transaction_id, businessType: business_type, description };
    await this.books.post(ctx, operation, movements);
    const named = await this.customers.byRow(ctx, freeze.project_id, freeze.customer_row_id);
    ctx.audit
      .inProject(freeze.project_id)
      .as(consumes ? 'billing.consumed' : 'billing.unfrozen')
      .because('its time was over')
      .change(customerTarget(named), null, { transaction_id, amount, due_at: at.toISOString() });
  }
}

function context(): RequestContext {
  return RequestContext.system('job:ledger.settle', newId('req'));
}

function consumption({ transaction_id, amount }: FreezeRow, parts: Part[], at: Date): ConsumeAnswer {
  return {
    transaction_id,
    consumed_amount: amount,
    consume_details: toDetails(parts),
    consumed_at: at.toISOString(),
    is_idempotent_replay: false,
  };
}

function unfreezing({ transaction_id, amount }: FreezeRow, parts: Part[], at: Date): UnfreezeAnswer {
  return {
    transaction_id,
    unfrozen_amount: amount,
    unfreeze_details: toDetails(parts),
    unfrozen_at: at.toISOString(),
    is_idempotent_replay: false,
  };
}
