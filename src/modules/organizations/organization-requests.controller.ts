import { Controller, Get, Param, Query } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import {
  ListOrganizationRequestLogs,
  type ListRequestLogs,
  RequestLogPage,
} from '../usage/request-log.dto.js';
import { OrganizationUsageQuery, Usage, type UsageQuery } from '../usage/usage.dto.js';
import { OrganizationRequests } from './organization-requests.service.js';
import { ORGANIZATIONS } from './organizations.tag.js';

@Docs.tag(ORGANIZATIONS)
@Controller('organizations/:id')
export class OrganizationRequestsController {
  constructor(private readonly requests: OrganizationRequests) {}

  @Get('request-logs')
  @Access('session')
  @Docs({
    name: 'Organization_requestLogs',
    summary: "The requests of all of an organization's projects, keys and members",
    description: 'For its owner and admins.',
    ok: RequestLogPage,
    errors: ['not_found', 'permission_denied', 'invalid_cursor'],
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListOrganizationRequestLogs }) query: ListRequestLogs,
  ) {
    return this.requests.list(ctx, id, query);
  }

  @Get('usage')
  @Access('session')
  @Docs({
    name: 'Organization_usage',
    summary: "An organization's usage",
    description: 'For its owner and admins.',
    ok: Usage,
    errors: ['not_found', 'permission_denied'],
  })
  usage(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: OrganizationUsageQuery }) query: UsageQuery,
  ) {
    return this.requests.count(ctx, id, query);
  }
}
