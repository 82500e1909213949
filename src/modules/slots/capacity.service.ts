import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type CustomerRef, CustomerService, customerTarget } from '../customers/customer.service.js';
import { type ChangeCapacity, type SlotPool, toPool } from './slot.dto.js';
import { SlotEventEntity, type SlotEventType, SlotPoolEntity } from './slot.entity.js';
import { SlotRepository } from './slot.repository.js';

/** Says how many slots customers have. */
@Injectable()
export class CapacityService {
  constructor(
    private readonly customers: CustomerService,
    private readonly slots: SlotRepository,
  ) {}

  /**
   * Adds capacity, once for each idempotency key; makes the pool when there is none.
   * @throws AppError `customer_not_found`, `amount_must_be_positive`, `transaction_conflict`
   */
  async grant(ctx: RequestContext, projectId: string, input: ChangeCapacity): Promise<SlotPool> {
    const first = await this.replay(ctx, projectId, 'GRANT_CAPACITY', input);
    if (first) return first;
    const customer = await this.customers.existing(ctx, projectId, input.customer_id);
    const before = await this.lock(ctx, customer, input);
    const pool = before ?? (await this.open(ctx, customer, input));
    if (input.amount > Number.MAX_SAFE_INTEGER - pool.capacity)
      throw new AppError('amount_must_be_positive', { param: 'amount' });
    ctx.audit.as(before ? 'slot.updated' : 'slot.created');
    return this.change(ctx, customer, 'GRANT_CAPACITY', pool, input.amount, input);
  }

  /**
   * Takes capacity that is not in use, once for each idempotency key.
   * @throws AppError `customer_not_found`, `slot_pool_not_found`, `slot_capacity_below_in_use`, `transaction_conflict`
   */
  async revoke(ctx: RequestContext, projectId: string, input: ChangeCapacity): Promise<SlotPool> {
    const first = await this.replay(ctx, projectId, 'REVOKE_CAPACITY', input);
    if (first) return first;
    const customer = await this.customers.existing(ctx, projectId, input.customer_id);
    const pool = await this.lock(ctx, customer, input);
    if (!pool) throw new AppError('slot_pool_not_found');
    const { capacity, in_use } = pool;
    if (capacity - input.amount < in_use)
      throw new AppError('slot_capacity_below_in_use', {
        details: { requested: input.amount, capacity, in_use },
      });
    return this.change(ctx, customer, 'REVOKE_CAPACITY', pool, -input.amount, input);
  }

  private async change(
    ctx: RequestContext,
    customer: CustomerRef,
    type: SlotEventType,
    pool: SlotPoolEntity,
    by: number,
    input: ChangeCapacity,
  ): Promise<SlotPool> {
    const capacity = pool.capacity + by;
    await this.slots.updatePool(ctx, pool.id, { capacity });
    const answer = { ...toPool({ ...pool, capacity }), is_idempotent_replay: false };
    const { wallet, source } = pool;
    const key = input.idempotency_key ?? null;
    const event = Object.assign(new SlotEventEntity(), {
      ...{
        id: newId('sle'),
        project_id: customer.project_id,
        customer_row_id: customer.id,
        type,
        wallet,
        source,
      },
      ...{ amount: input.amount, resource_id: null, description: input.description ?? null },
      idempotency_key: key,
      fingerprint: key === null ? null : fingerprintOf(input),
      answer: key === null ? null : answer,
      created_at: new Date(),
    });
    await this.slots.insert(ctx, event);
    const before = { wallet: null, source: null, capacity: pool.capacity };
    ctx.audit.change(customerTarget(customer), before, { wallet, source, capacity });
    return answer;
  }

  private async lock(
    ctx: RequestContext,
    customer: CustomerRef,
    { wallet, source }: ChangeCapacity,
  ): Promise<SlotPoolEntity | undefined> {
    const which = { customer_row_id: customer.id, wallet, source: source ?? 'default' };
    return (await this.slots.lockPools(ctx, which))[0];
  }

  private async open(
    ctx: RequestContext,
    customer: CustomerRef,
    { wallet, source }: ChangeCapacity,
  ): Promise<SlotPoolEntity> {
    const pool = Object.assign(new SlotPoolEntity(), {
      ...{ id: newId('slp'), project_id: customer.project_id, customer_row_id: customer.id, wallet },
      ...{ source: source ?? 'default', capacity: 0, in_use: 0, created_at: new Date() },
    });
    await this.slots.insert(ctx, pool);
    return pool;
  }

  /** The first answer under the key; null when there is none. @throws AppError `transaction_conflict` */
  private async replay(
    ctx: RequestContext,
    projectId: string,
    type: SlotEventType,
    input: ChangeCapacity,
  ): Promise<SlotPool | null> {
    if (!input.idempotency_key) return null;
    const first = await this.slots.findKeyed(ctx, projectId, type, input.idempotency_key);
    if (!first) return null;
    if (first.fingerprint !== fingerprintOf(input)) throw new AppError('transaction_conflict');
    if (ctx.unit!.writing) throw new StaleRead('the pool');
    ctx.audit.nothing();
    return { ...(first.answer as SlotPool), is_idempotent_replay: true };
  }
}

/** What must be the same when a key is repeated. */
function fingerprintOf({ customer_id, wallet, source, amount }: ChangeCapacity): string {
  const content = JSON.stringify([customer_id, wallet, source ?? 'default', amount]);
  return createHash('sha256').update(content).digest('base64url');
}
