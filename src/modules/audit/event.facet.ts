import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersExports } from '../../kernel/facets/exports.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersPurging } from '../../kernel/facets/purging.js';
import { EventExport } from './event.export.js';
import { EventRepository } from './event.repository.js';
import { EventPurge } from './event-purge.service.js';

/** What the event log adds to projects: its entries can be looked up by id, exported, and are kept for a time. */
@Facet()
export class EventFacet implements AnswersExports, AnswersLookups, AnswersPurging {
  readonly exports: AnswersExports['exports'];

  readonly lookup = {
    prefix: 'evt',
    object: 'event',
    madeOf: ['event.type'],
    permission: 'audit:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly purging = { events: this.purge };

  constructor(
    private readonly purge: EventPurge,
    private readonly events: EventRepository,
    entries: EventExport,
  ) {
    this.exports = { events: entries };
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const event = await this.events.findAnywhere(ctx, id);
    if (!event?.project_id) return null;
    return {
      id,
      projectId: event.project_id,
      name: event.type,
      url: `/v1/projects/${event.project_id}/events/${id}`,
    };
  }
}
