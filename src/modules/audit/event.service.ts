import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import {
  type Event,
  type EventFilter,
  type EventPage,
  type ListEvents,
  type ListProjectEvents,
  type PlatformEventPage,
  toEvent,
} from './event.dto.js';
import { EventRepository } from './event.repository.js';

/** Reads the event log. */
@Injectable()
export class EventService {
  constructor(private readonly events: EventRepository) {}

  async listOfPlatform(ctx: RequestContext, query: ListEvents): Promise<PlatformEventPage> {
    const filter = toFilter(query);
    const rows = await this.events.list(ctx, null, filter, decodeCursor(query.cursor));
    const counts = await this.events.countByCategory(ctx, filter);
    const all = counts.user + counts.project + counts.admin;
    const total = query.about ? counts[query.about] : all;
    return { ...paginate(rows, query.limit, total, toEvent), counts: { all, ...counts } };
  }

  async listOfProject(
    ctx: RequestContext,
    projectId: string,
    query: z.output<typeof ListProjectEvents>,
  ): Promise<EventPage> {
    const filter = toFilter(query);
    const rows = await this.events.list(ctx, projectId, filter, decodeCursor(query.cursor));
    return paginate(rows, query.limit, await this.events.total(ctx, projectId, filter), toEvent);
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<Event> {
    const event = await this.events.find(ctx, projectId, id);
    if (!event) throw new AppError('not_found');
    return toEvent(event);
  }
}

function toFilter({ from, to, ...rest }: ListEvents): EventFilter {
  return {
    ...rest,
    from: from === undefined ? null : firstIdAt('evt', new Date(from)),
    before: to === undefined ? null : firstIdAt('evt', new Date(to)),
  };
}
