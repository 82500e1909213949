import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import { Clone, CloneProject, Drift, DriftQuery, Handoff } from './environment.dto.js';
import { EnvironmentService } from './environment.service.js';

const TAG: Tag = {
  name: 'Environments',
  description:
    'Whether a sandbox is ready for production, copies of a project, and what differs between two.',
  place: 55,
};

@Docs.tag(TAG)
@Controller('projects/:id')
export class EnvironmentController {
  constructor(private readonly environments: EnvironmentService) {}

  @Get('handoff')
  @Access('project:read')
  @Docs({
    summary: 'Whether a sandbox is ready for production',
    description: 'Every check is computed from live data; what does not pass says how to mend it.',
    ok: Handoff,
    errors: ['sandbox_only'],
  })
  handoff(@Ctx() ctx: RequestContext, @Param('id') id: string) {
    return this.environments.handoff(ctx, id);
  }

  @Get('drift')
  @Access('project:read')
  @Docs({
    summary: "What differs between two projects' configurations",
    description:
      'Compares with the other one of the pair, or with any project that you may read. Urls, statuses and secrets of ' +
      'endpoints belong to their environment and are not compared.',
    ok: Drift,
    errors: ['no_pair'],
  })
  drift(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: DriftQuery }) query: DriftQuery,
  ) {
    return this.environments.drift(ctx, id, query);
  }

  @Post('clone')
  @Access('promotion:request')
  @Mutation(['project.cloned'])
  @Docs({
    summary: "Make a project with this one's configuration",
    description:
      'Roles, visibility rules, retention, alert thresholds and webhook endpoints (disabled, with new secrets) come along; ' +
      'never keys, members, customers, balances, media or logs. The clone belongs to the same owner and organization. ' +
      'With `dry_run` the answer is 200 and says what it would have.',
    created: Clone,
    notCreated: 'What the clone would have.',
    errors: ['promotion_not_approved', 'owner_missing', 'project_limit_reached'],
  })
  async clone(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: CloneProject }) body: CloneProject,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (body.dry_run) reply.status(200);
    return this.environments.clone(ctx, id, body);
  }
}
