import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { Lists } from '../../kernel/database/lists.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { type Condition, every, type Stretch } from '../../kernel/database/stretch.js';
import { SlotEventEntity, type SlotEventType, SlotHoldingEntity, SlotPoolEntity } from './slot.entity.js';

/** What events of pools can be chosen by. */
export interface SlotEventFilter {
  readonly wallet?: string;
  readonly resource_id?: string;
  readonly types?: readonly string[];
  readonly sources?: readonly string[];
  readonly from: string | null;
  readonly before: string | null;
}

@Injectable()
export class SlotRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** A customer's pools, the oldest first. */
  pools(ctx: RequestContext, rowId: string, wallet?: string): Promise<SlotPoolEntity[]> {
    const where = { customer_row_id: rowId, ...(wallet === undefined ? {} : { wallet }) };
    return this.database.read(ctx).find(SlotPoolEntity, { where, order: { id: 'ASC' } });
  }

  /** The pools that match, the oldest first, kept as they are by others until the unit of work ends. */
  async lockPools(ctx: RequestContext, where: FindOptionsWhere<SlotPoolEntity>): Promise<SlotPoolEntity[]> {
    const pools = await this.database.lockAll(ctx, SlotPoolEntity, where);
    return pools.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  findHolding(
    ctx: RequestContext,
    customer_row_id: string,
    wallet: string,
    resource_id: string,
  ): Promise<SlotHoldingEntity | null> {
    return this.database.read(ctx).findOneBy(SlotHoldingEntity, { customer_row_id, wallet, resource_id });
  }

  findPool(ctx: RequestContext, id: string): Promise<SlotPoolEntity | null> {
    return this.database.read(ctx).findOneBy(SlotPoolEntity, { id });
  }

  /** What was done under a key. */
  findKeyed(
    ctx: RequestContext,
    project_id: string,
    type: SlotEventType,
    idempotency_key: string,
  ): Promise<SlotEventEntity | null> {
    return this.database.read(ctx).findOneBy(SlotEventEntity, { project_id, type, idempotency_key });
  }

  /** @throws StaleRead when another made the pool, the holding or an event of the same key at the same moment */
  async insert(
    ctx: RequestContext,
    row: SlotPoolEntity | SlotHoldingEntity | SlotEventEntity,
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    try {
      await manager.insert(row.constructor as typeof SlotPoolEntity, row as SlotPoolEntity);
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('a pool of slots') : error;
    }
  }

  async updatePool(
    ctx: RequestContext,
    id: string,
    changes: Partial<Pick<SlotPoolEntity, 'capacity' | 'in_use'>>,
  ): Promise<void> {
    await (await this.database.write(ctx)).update(SlotPoolEntity, { id }, changes);
  }

  /** False when another released it. */
  async deleteHolding(ctx: RequestContext, id: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    return (await manager.delete(SlotHoldingEntity, { id })).affected === 1;
  }

  /** Newest first. */
  events(
    ctx: RequestContext,
    rowId: string,
    filter: SlotEventFilter,
    limit: number,
  ): Promise<SlotEventEntity[]> {
    return this.lists.newest(ctx, SlotEventEntity, stretchesOf(rowId, filter), limit);
  }

  countEvents(ctx: RequestContext, rowId: string, filter: SlotEventFilter): Promise<number> {
    return this.lists.total(ctx, stretchesOf(rowId, filter));
  }
}

function stretchesOf(
  rowId: string,
  { wallet, resource_id, types, sources, from, before }: SlotEventFilter,
): Stretch[] {
  const within = (equal: Record<string, string>, index: string): Stretch => ({
    ...{ table: 'slot_events', id: 'id', index, from, before },
    equal: { customer_row_id: rowId, ...equal },
    where: every([
      wallet === undefined || 'wallet' in equal ? undefined : among('wallet', [wallet]),
      types === undefined || 'type' in equal ? undefined : among('type', types),
      sources && among('source', sources),
    ]),
  });
  if (resource_id !== undefined) return [within({ resource_id }, 'slot_events_resource')];
  if (wallet !== undefined) return [within({ wallet }, 'slot_events_wallet')];
  if (types) return types.map(type => within({ type }, 'slot_events_type'));
  return [within({}, 'slot_events_list')];
}

function among(column: string, values: readonly string[]): Condition {
  return { sql: `+t.${column} IN (${values.map(() => '?').join(', ')})`, parameters: values };
}
