import { Controller, Get, Param, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Docs } from '../../kernel/routes/docs.decorator.js';
import { ListRequestLogs, RequestLog, RequestLogPage, SEARCHED } from './request-log.dto.js';
import { RequestLogService } from './request-log.service.js';
import { ProjectUsageQuery, Usage } from './usage.dto.js';
import { UsageService } from './usage.service.js';
import { USAGE } from './usage.tag.js';

@Docs.tag(USAGE)
@Controller('projects/:id')
export class UsageController {
  constructor(
    private readonly usage: UsageService,
    private readonly logs: RequestLogService,
  ) {}

  @Get('usage')
  @Access('usage:read')
  @Docs({
    summary: "A project's usage",
    description:
      'Counts every request made with a key, including refused ones, by hour, day, week or month; by default for the last ' +
      '24 hours. Days, weeks and months are those of the zone `tz`, also when its clocks change.',
    ok: Usage,
  })
  show(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ProjectUsageQuery }) query: z.output<typeof ProjectUsageQuery>,
  ) {
    return this.usage.show(ctx, { project_id: id }, query);
  }

  @Get('request-logs')
  @Access('usage:read')
  @Docs({
    summary: "A project's request log",
    description:
      'Newest first. Without `usage:write`, a signed-in member sees only the requests of their own keys, and a key only its own.',
    ok: RequestLogPage,
    errors: ['invalid_cursor'],
    filters: { q: SEARCHED },
  })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListRequestLogs }) query: z.output<typeof ListRequestLogs>,
  ) {
    return this.logs.listOfProject(ctx, id, query);
  }

  @Get('request-logs/:req')
  @Access('usage:read')
  @Docs({ summary: "One request of a project's log", ok: RequestLog })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('req') req: string) {
    return this.logs.get(ctx, id, req);
  }
}
