import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { Lists } from '../../kernel/database/lists.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { EntitlementEntity, EntitlementEventEntity } from './entitlement.entity.js';

/** What events of entitlements can be chosen by. */
export interface EntitlementEventFilter {
  readonly feature_key?: string;
  readonly types?: readonly string[];
  readonly from: string | null;
  readonly before: string | null;
}

@Injectable()
export class EntitlementRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, customer_row_id: string, feature_key: string): Promise<EntitlementEntity | null> {
    return this.database.read(ctx).findOneBy(EntitlementEntity, { customer_row_id, feature_key });
  }

  /** The entitlement, kept as it is by others until the unit of work ends. */
  lock(ctx: RequestContext, customer_row_id: string, feature_key: string): Promise<EntitlementEntity | null> {
    return this.database.lock(ctx, EntitlementEntity, { customer_row_id, feature_key });
  }

  /** By their keys. */
  list(
    ctx: RequestContext,
    customer_row_id: string,
    keys: readonly string[] | null,
  ): Promise<EntitlementEntity[]> {
    const where = { customer_row_id, ...(keys ? { feature_key: In([...keys]) } : {}) };
    return this.database.read(ctx).find(EntitlementEntity, { where, order: { feature_key: 'ASC' } });
  }

  count(ctx: RequestContext, customer_row_id: string): Promise<number> {
    return this.database.read(ctx).countBy(EntitlementEntity, { customer_row_id });
  }

  /** @throws StaleRead when another set it first at the same moment */
  async insert(ctx: RequestContext, row: EntitlementEntity): Promise<void> {
    try {
      await (await this.database.write(ctx)).insert(EntitlementEntity, row as object);
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('the entitlement') : error;
    }
  }

  async update(ctx: RequestContext, { id, ...row }: EntitlementEntity): Promise<void> {
    await (await this.database.write(ctx)).update(EntitlementEntity, { id }, row as object);
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await (await this.database.write(ctx)).delete(EntitlementEntity, { id });
  }

  async insertEvent(ctx: RequestContext, event: EntitlementEventEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(EntitlementEventEntity, event);
  }

  /** Newest first. */
  events(
    ctx: RequestContext,
    rowId: string,
    filter: EntitlementEventFilter,
    limit: number,
  ): Promise<EntitlementEventEntity[]> {
    return this.lists.newest(ctx, EntitlementEventEntity, stretchesOf(rowId, filter), limit);
  }

  countEvents(ctx: RequestContext, rowId: string, filter: EntitlementEventFilter): Promise<number> {
    return this.lists.total(ctx, stretchesOf(rowId, filter));
  }
}

function stretchesOf(
  customer_row_id: string,
  { feature_key, types, from, before }: EntitlementEventFilter,
): Stretch[] {
  const base = { table: 'entitlement_events', id: 'id', from, before };
  if (feature_key !== undefined) {
    const places = types?.map(() => '?').join(', ');
    const where = types && { sql: `+t.type IN (${places})`, parameters: types };
    return [{ ...base, index: 'entitlement_events_feature', equal: { customer_row_id, feature_key }, where }];
  }
  if (types)
    return types.map(type => ({
      ...base,
      index: 'entitlement_events_type',
      equal: { customer_row_id, type },
    }));
  return [{ ...base, index: 'entitlement_events_list', equal: { customer_row_id } }];
}
