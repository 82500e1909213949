import { Controller, Get, Param, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { EventPage, ListProjectEvents } from '../audit/event.dto.js';
import { OrganizationRequests } from './organization-requests.service.js';
import { ORGANIZATIONS } from './organizations.tag.js';

@Docs.tag(ORGANIZATIONS)
@Controller('organizations/:id/events')
export class OrganizationEventsController {
  constructor(private readonly requests: OrganizationRequests) {}

  @Get()
  @Access('session')
  @Docs({
    name: 'Organization_events',
    summary: "An organization's event log",
    description: 'Its own events and those of all its projects. For its owner and admins.',
    ok: EventPage,
    errors: ['not_found', 'permission_denied', 'invalid_cursor'],
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListProjectEvents }) query: ListProjectEvents,
  ) {
    return this.requests.events(ctx, id, query);
  }
}
