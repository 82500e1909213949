import { Body, Controller, Get, Param, Post, Put } from '@nestjs/common';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { Retention, RetentionRun, RunRetention, UpdateRetention } from './retention.dto.js';
import { RetentionService } from './retention.service.js';

const TAG: Tag = {
  name: 'Retention',
  description: 'How long a project keeps what grows. A daily job deletes the rest.',
  place: 195,
};

@Docs.tag(TAG)
@Controller('projects/:id/retention')
export class RetentionController {
  constructor(private readonly retention: RetentionService) {}

  @Get()
  @Access('retention:read')
  @Docs({ summary: 'How long a project keeps what grows', ok: Retention })
  show(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.retention.show(ctx, id);
  }

  @Put()
  @Access('retention:write')
  @Mutation(['retention.updated'])
  @Docs({
    summary: 'Change how long a project keeps what grows',
    description:
      'Takes some of the fields or all. Deletes nothing by itself: the daily job does, or a run. When something would be kept no ' +
      'longer, the answer without `confirm` is 428 and says how much.',
    ok: Retention,
    errors: ['confirmation_required'],
  })
  update(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: UpdateRetention }) body: UpdateRetention,
  ) {
    return this.retention.update(ctx, id, body);
  }

  @Post('run')
  @Access('retention:write')
  @Mutation(['retention.purged'])
  @Docs({
    summary: 'Delete now what a project does not keep any more',
    description:
      'What the daily job would do. Without `confirm` the answer is 428 and says how much would go.',
    ok: RetentionRun,
    errors: ['confirmation_required', 'invalid_transition'],
  })
  run(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: RunRetention }) body: RunRetention,
  ) {
    return this.retention.run(ctx, id, body);
  }
}
