import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import {
  type Event,
  type EventFilter,
  type EventPage,
  type ListEvents,
  type ListOwnEvents,
  type ListProjectEvents,
  type PlatformEventPage,
  toEvent,
} from './event.dto.js';
import type { EventEntity } from './event.entity.js';
import { EventRepository, type EventScope } from './event.repository.js';

/** Reads the event log. */
@Injectable()
export class EventService {
  constructor(private readonly events: EventRepository) {}

  async listOfPlatform(ctx: RequestContext, query: ListEvents): Promise<PlatformEventPage> {
    const filter = toFilter(query);
    const rows = await this.events.list(ctx, { of: 'platform' }, filter, decodeCursor(query.cursor));
    const counts = await this.events.countByCategory(ctx, filter);
    const all = counts.user + counts.project + counts.admin;
    const total = query.about ? counts[query.about] : all;
    return { ...paginate(rows, query.limit, total, toEvent), counts: { all, ...counts } };
  }

  async listOfProject(ctx: RequestContext, projectId: string, query: ListProjectEvents): Promise<EventPage> {
    return this.page(ctx, { of: 'project', id: projectId }, query, toEvent);
  }

  /** An organization's own events and those of its projects; who may read them is the caller's to see to. */
  listOfOrganization(
    ctx: RequestContext,
    organizationId: string,
    query: ListProjectEvents,
  ): Promise<EventPage> {
    return this.page(ctx, { of: 'organization', id: organizationId }, query, toEvent);
  }

  /** The caller's own sign-ins, and whatever happened to their account. From where others did it is not theirs to know. */
  listOfCaller(ctx: RequestContext, query: ListOwnEvents): Promise<EventPage> {
    const { id } = ctx.user;
    return this.page(ctx, { of: 'person', id }, query, row => {
      const event = toEvent(row);
      const byAnother = event.actor.type === 'user' && event.actor.id !== id;
      return byAnother ? { ...event, ip: null, user_agent: null } : event;
    });
  }

  private async page(
    ctx: RequestContext,
    scope: EventScope,
    query: ListProjectEvents,
    toItem: (row: EventEntity) => Event,
  ): Promise<EventPage> {
    const filter = toFilter(query);
    const rows = await this.events.list(ctx, scope, filter, decodeCursor(query.cursor));
    return paginate(rows, query.limit, await this.events.total(ctx, scope, filter), toItem);
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
