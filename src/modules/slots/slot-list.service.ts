import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { commaSeparated } from '../../kernel/http/comma-separated.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { CustomerService } from '../customers/customer.service.js';
import {
  type ListSlotEvents,
  SLOT_EVENT_TYPES,
  type SlotEvent,
  type SlotPools,
  toPool,
  toSlotEvent,
} from './slot.dto.js';
import { type SlotEventFilter, SlotRepository } from './slot.repository.js';

const MOST_VALUES = 50;

/** Shows pools of slots, and what was done to them. */
@Injectable()
export class SlotListService {
  constructor(
    private readonly customers: CustomerService,
    private readonly slots: SlotRepository,
  ) {}

  /** A customer's pools, the oldest first. @throws AppError `customer_not_found` */
  async pools(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    wallet?: string,
  ): Promise<SlotPools> {
    const { id } = await this.customers.existing(ctx, projectId, customerId);
    return { pools: (await this.slots.pools(ctx, id, wallet)).map(toPool) };
  }

  /** What was done to a customer's pools, newest first. @throws AppError `customer_not_found`, `invalid_cursor` */
  async events(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    query: ListSlotEvents,
  ): Promise<Page<SlotEvent>> {
    const { limit, cursor, wallet, resource_id, types, sources, from_at, to_at } = query;
    const { id } = await this.customers.existing(ctx, projectId, customerId);
    const filter: SlotEventFilter = {
      ...{ wallet, resource_id },
      types: commaSeparated('types', types, { most: MOST_VALUES, known: SLOT_EVENT_TYPES }),
      sources: commaSeparated('sources', sources, { most: MOST_VALUES }),
      from: from_at ? firstIdAt('sle', new Date(from_at)) : null,
      before: to_at ? firstIdAt('sle', new Date(to_at)) : null,
    };
    const after = decodeCursor(cursor);
    const before = after && (!filter.before || after < filter.before) ? after : filter.before;
    const rows = await this.slots.events(ctx, id, { ...filter, before }, limit + 1);
    return paginate(rows, limit, await this.slots.countEvents(ctx, id, filter), toSlotEvent);
  }
}
