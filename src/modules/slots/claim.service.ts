import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type CustomerRef, CustomerService, customerTarget } from '../customers/customer.service.js';
import { choosePool } from './pool-choice.js';
import { type ClaimSlots, type HeldSlotPool, type ReleaseSlots, toPool } from './slot.dto.js';
import {
  SlotEventEntity,
  type SlotEventType,
  SlotHoldingEntity,
  type SlotPoolEntity,
} from './slot.entity.js';
import { SlotRepository } from './slot.repository.js';

/** Lets resources hold slots. */
@Injectable()
export class ClaimService {
  constructor(
    private readonly customers: CustomerService,
    private readonly slots: SlotRepository,
  ) {}

  /**
   * Claims slots for a resource, once while it holds them.
   * @throws AppError `customer_not_found`, `slot_pool_not_found`, `slot_insufficient_capacity`, `slot_split_required`,
   *   `transaction_conflict`
   */
  async claim(ctx: RequestContext, projectId: string, input: ClaimSlots): Promise<HeldSlotPool> {
    const customer = await this.customers.existing(ctx, projectId, input.customer_id);
    const { wallet, resource_id } = input;
    const amount = input.amount ?? 1;
    const held = await this.slots.findHolding(ctx, customer.id, wallet, resource_id);
    if (held) {
      if (held.amount !== amount) throw new AppError('transaction_conflict', { param: 'amount' });
      ctx.audit.nothing();
      return answerOf((await this.slots.findPool(ctx, held.pool_id))!, held.id, true);
    }
    const which = { customer_row_id: customer.id, wallet, ...(input.source ? { source: input.source } : {}) };
    const pools = await this.slots.lockPools(ctx, which);
    if (pools.length === 0) throw new AppError('slot_pool_not_found');
    // It may hold them since the pools were locked.
    if (await this.slots.findHolding(ctx, customer.id, wallet, resource_id))
      throw new StaleRead('the holding');
    const pool = choosePool(pools, amount);
    const holding = Object.assign(new SlotHoldingEntity(), {
      ...{ id: newId('slh'), pool_id: pool.id, customer_row_id: customer.id, wallet, resource_id, amount },
      created_at: new Date(),
    });
    await this.slots.insert(ctx, holding);
    return this.change(ctx, customer, 'CLAIM', pool, holding, amount, input.description);
  }

  /**
   * Releases the slots of a resource.
   * @throws AppError `customer_not_found`, `slot_holding_not_found`
   */
  async release(ctx: RequestContext, projectId: string, input: ReleaseSlots): Promise<HeldSlotPool> {
    const customer = await this.customers.existing(ctx, projectId, input.customer_id);
    const holding = await this.slots.findHolding(ctx, customer.id, input.wallet, input.resource_id);
    if (!holding) throw new AppError('slot_holding_not_found');
    const pool = (await this.slots.lockPools(ctx, { id: holding.pool_id }))[0]!;
    if (!(await this.slots.deleteHolding(ctx, holding.id))) throw new AppError('slot_holding_not_found');
    return this.change(ctx, customer, 'RELEASE', pool, holding, -holding.amount, input.description);
  }

  private async change(
    ctx: RequestContext,
    customer: CustomerRef,
    type: SlotEventType,
    pool: SlotPoolEntity,
    { id, resource_id, amount }: SlotHoldingEntity,
    by: number,
    description: string | null | undefined,
  ): Promise<HeldSlotPool> {
    const in_use = pool.in_use + by;
    const { wallet, source } = pool;
    await this.slots.updatePool(ctx, pool.id, { in_use });
    const event = Object.assign(new SlotEventEntity(), {
      ...{
        id: newId('sle'),
        project_id: customer.project_id,
        customer_row_id: customer.id,
        type,
        wallet,
        source,
      },
      ...{ amount, resource_id, description: description ?? null, idempotency_key: null, fingerprint: null },
      ...{ answer: null, created_at: new Date() },
    });
    await this.slots.insert(ctx, event);
    const before = { wallet: null, source: null, resource_id: null, in_use: pool.in_use };
    ctx.audit.change(customerTarget(customer), before, { wallet, source, resource_id, in_use });
    return answerOf({ ...pool, in_use }, id, false);
  }
}

function answerOf(pool: SlotPoolEntity, holding_id: string, is_idempotent_replay: boolean): HeldSlotPool {
  return { ...toPool(pool), is_idempotent_replay, holding_id };
}
