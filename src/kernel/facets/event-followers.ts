import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import type { EventType } from '../event-log/event-types.js';
import { Facets } from './facets.js';

/** An entry that the event log has just got; `projectId` is null for what belongs to no project. */
export interface WrittenEvent {
  readonly id: string;
  readonly type: EventType;
  readonly projectId: string | null;
}

/** A facet of a module that acts upon entries of the event log, whatever module they tell of. */
export interface FollowsEvents {
  /**
   * Called in the unit of work that wrote the entry, as its last but one statement: what is scheduled here commits with it.
   * Every mutation waits for it, so it takes one look-up by an index where there is nothing to do.
   */
  eventWritten(ctx: RequestContext, event: WrittenEvent): Promise<void>;
}

/** Tells every module that wants to know of an entry of the event log, in the entry's own unit of work. */
@Injectable()
export class EventFollowers {
  private followers: readonly FollowsEvents[] | null = null;

  constructor(private readonly facets: Facets) {}

  async tell(ctx: RequestContext, event: WrittenEvent): Promise<void> {
    this.followers ??= this.facets.answering<FollowsEvents>('eventWritten');
    for (const follower of this.followers) await follower.eventWritten(ctx, event);
  }
}
