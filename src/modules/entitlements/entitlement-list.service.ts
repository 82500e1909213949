import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { commaSeparated } from '../../kernel/http/comma-separated.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { CustomerService } from '../customers/customer.service.js';
import {
  ENTITLEMENT_EVENT_TYPES,
  type EntitlementEvent,
  type Entitlements,
  type FoundEntitlement,
  type ListEntitlementEvents,
  type ListEntitlements,
  toEntitlement,
  toEntitlementEvent,
} from './entitlement.dto.js';
import type { EntitlementEntity } from './entitlement.entity.js';
import { type EntitlementEventFilter, EntitlementRepository } from './entitlement.repository.js';

const MOST_KEYS = 200;

/** Shows entitlements, and how they changed. */
@Injectable()
export class EntitlementListService {
  constructor(
    private readonly customers: CustomerService,
    private readonly entitlements: EntitlementRepository,
  ) {}

  /** One entitlement; an expired one is none. @throws AppError `entitlement_customer_not_found` */
  async get(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    feature: string,
  ): Promise<FoundEntitlement> {
    const rowId = await this.rowOf(ctx, projectId, customerId);
    const row = await this.entitlements.find(ctx, rowId, feature);
    return { entitlement: row && !hasExpired(row, new Date()) ? toEntitlement(row) : null };
  }

  /** A customer's entitlements by their keys. @throws AppError `entitlement_customer_not_found` */
  async list(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    query: ListEntitlements,
  ): Promise<Entitlements> {
    const rowId = await this.rowOf(ctx, projectId, customerId);
    const now = new Date();
    const keys = commaSeparated('feature_keys', query.feature_keys, { most: MOST_KEYS }) ?? null;
    const rows = await this.entitlements.list(ctx, rowId, keys);
    const shown = query.include_expired === 'true' ? rows : rows.filter(row => !hasExpired(row, now));
    return {
      items: shown.map(row => ({
        ...toEntitlement(row),
        is_active: !hasExpired(row, now) && (row.valid_from === null || row.valid_from <= now),
      })),
    };
  }

  /** How a customer's entitlements changed, newest first. @throws AppError `entitlement_customer_not_found`, `invalid_cursor` */
  async events(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    query: ListEntitlementEvents,
  ): Promise<Page<EntitlementEvent>> {
    const { limit, cursor, feature_key, types, from_at, to_at } = query;
    const rowId = await this.rowOf(ctx, projectId, customerId);
    const filter: EntitlementEventFilter = {
      feature_key,
      types: commaSeparated('types', types, { most: MOST_KEYS, known: ENTITLEMENT_EVENT_TYPES }),
      from: from_at ? firstIdAt('ene', new Date(from_at)) : null,
      before: to_at ? firstIdAt('ene', new Date(to_at)) : null,
    };
    const after = decodeCursor(cursor);
    const before = after && (!filter.before || after < filter.before) ? after : filter.before;
    const rows = await this.entitlements.events(ctx, rowId, { ...filter, before }, limit + 1);
    return paginate(rows, limit, await this.entitlements.countEvents(ctx, rowId, filter), toEntitlementEvent);
  }

  private async rowOf(ctx: RequestContext, projectId: string, customerId: string): Promise<string> {
    const customer = await this.customers.find(ctx, projectId, customerId);
    if (!customer) throw new AppError('entitlement_customer_not_found');
    return customer.id;
  }
}

function hasExpired({ valid_until }: EntitlementEntity, at: Date): boolean {
  return valid_until !== null && valid_until <= at;
}
