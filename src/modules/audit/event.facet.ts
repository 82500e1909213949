import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectFacets, type Found, type ProjectFacet } from '../../kernel/project-facet.js';
import { EventRepository } from './event.repository.js';

/** What the event log adds to projects: its entries can be looked up by id. */
@Injectable()
export class EventFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'evt',
    permission: 'audit:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly events: EventRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const event = await this.events.findAnywhere(ctx, id);
    if (!event?.project_id) return null;
    return {
      id,
      object: 'event',
      projectId: event.project_id,
      name: event.type,
      url: `/v1/projects/${event.project_id}/events/${id}`,
    };
  }
}
