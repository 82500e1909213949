import { Injectable } from '@nestjs/common';
import type { HiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  EventFeed,
  type FedEvent,
  type FeedSpan,
  type ToldEvent,
} from '../../kernel/facets/event-feed.port.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import { Event, toEvent } from './event.dto.js';
import type { EventEntity } from './event.entity.js';
import { EventRepository } from './event.repository.js';

/** Reads the event log for those who pass on what happens in a project. */
@Injectable()
export class StoredEventFeed extends EventFeed {
  constructor(
    private readonly events: EventRepository,
    private readonly catalog: AttributeCatalog,
  ) {
    super();
  }

  override async find(ctx: RequestContext, id: string): Promise<FedEvent | null> {
    const event = await this.events.findAnywhere(ctx, id);
    return event?.project_id ? toFed(event) : null;
  }

  override async tell(
    ctx: RequestContext,
    projectId: string,
    id: string,
    hidden: HiddenAttributes,
  ): Promise<ToldEvent | null> {
    const event = await this.events.find(ctx, projectId, id);
    return event && this.catalog.redaction(hidden).apply(Event, toEvent(event));
  }

  override async page(
    ctx: RequestContext,
    projectId: string,
    span: Omit<FeedSpan, 'types'> & { readonly type?: string },
    limit: number,
  ): Promise<FedEvent[]> {
    return (await this.events.oldest(ctx, projectId, span, limit)).map(toFed);
  }

  override count(ctx: RequestContext, projectId: string, span: FeedSpan): Promise<number> {
    return this.events.countOfTypes(ctx, projectId, span);
  }
}

function toFed(event: EventEntity): FedEvent {
  return {
    id: event.id,
    projectId: event.project_id!,
    type: event.type,
    targetId: event.target_id,
    changes: event.changes as FedEvent['changes'],
  };
}
