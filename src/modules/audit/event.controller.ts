import { Controller, Get, Param, Query } from '@nestjs/common';
import { Access, PlatformAdmin } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { EVENT_LOG_TAG } from './audit.tag.js';
import { Event, EventPage, ListEvents, ListProjectEvents, PlatformEventPage } from './event.dto.js';
import { searched, targetIdIsMadeOf } from './event.redaction.js';
import { EventService } from './event.service.js';

@Docs.tag(EVENT_LOG_TAG)
@Controller()
export class EventController {
  constructor(private readonly events: EventService) {}

  @Get('events')
  @PlatformAdmin()
  @Docs({ summary: "The platform's event log", ok: PlatformEventPage })
  listOfPlatform(@Ctx() ctx: RequestContext, @Query({ schema: ListEvents }) query: ListEvents) {
    return this.events.listOfPlatform(ctx, query);
  }

  @Get('projects/:id/events')
  @Access('audit:read')
  @Docs({
    summary: "A project's event log",
    ok: EventPage,
    filters: { q: searched, target_id: targetIdIsMadeOf, actor_id: ['event.actor.id'] },
  })
  listOfProject(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListProjectEvents }) query: ListProjectEvents,
  ) {
    return this.events.listOfProject(ctx, id, query);
  }

  @Get('projects/:id/events/:evt')
  @Access('audit:read')
  @Docs({ summary: "One entry of a project's event log", ok: Event })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('evt') evt: string) {
    return this.events.get(ctx, id, evt);
  }
}
