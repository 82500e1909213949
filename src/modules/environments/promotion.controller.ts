import { Body, Controller, Get, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, PlatformAdmin } from '../../kernel/access/access.decorator.js';
import { Ctx } from '../../kernel/context/ctx.decorator.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Mutation } from '../../kernel/mutations/mutation.decorator.js';
import { Docs, type Tag } from '../../kernel/routes/docs.decorator.js';
import {
  AppliedPromotion,
  ApplyPromotion,
  DecidePromotion,
  ListPromotionRequests,
  PromotionRequest,
  PromotionRequestPage,
  RequestPromotion,
  RollBackPromotion,
} from './promotion.dto.js';
import { PromotionService } from './promotion.service.js';
import { PromotionApply } from './promotion-apply.service.js';
import { PromotionRollback } from './promotion-rollback.service.js';

const TAG: Tag = {
  name: 'Promotion',
  description: 'Bring a sandbox to production: planned, reviewed, applied, rolled back.',
  place: 56,
};

@Docs.tag(TAG)
@Controller()
export class PromotionController {
  constructor(
    private readonly promotions: PromotionService,
    private readonly applying: PromotionApply,
    private readonly rollbacks: PromotionRollback,
  ) {}

  @Get('promotion-requests')
  @PlatformAdmin()
  @Docs({ summary: 'Every promotion request', ok: PromotionRequestPage, errors: ['invalid_cursor'] })
  queue(@Ctx() ctx: RequestContext, @Query({ schema: ListPromotionRequests }) query: ListPromotionRequests) {
    return this.promotions.list(ctx, undefined, query);
  }

  @Get('projects/:id/promotion-requests')
  @Access('project:read')
  @Docs({ summary: "A project's promotion requests", ok: PromotionRequestPage, errors: ['invalid_cursor'] })
  list(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Query({ schema: ListPromotionRequests }) query: ListPromotionRequests,
  ) {
    return this.promotions.list(ctx, id, query);
  }

  @Post('projects/:id/promotion-requests')
  @Access('promotion:request')
  @Mutation(['promotion.requested'])
  @Docs({
    summary: 'Ask for a promotion',
    description:
      'Of a sandbox all of whose handoff checks pass. The plan is taken now and says what applying would do. Platform admins ' +
      'are asked to review it by e-mail; with `PROMOTION_REVIEW=off` it is approved at once.',
    created: PromotionRequest,
    errors: ['sandbox_only', 'handoff_incomplete', 'promotion_pending', 'too_many_mails'],
  })
  request(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Body({ schema: RequestPromotion }) body: RequestPromotion,
  ) {
    return this.promotions.request(ctx, id, body);
  }

  @Get('projects/:id/promotion-requests/:prm')
  @Access('project:read')
  @Docs({ summary: 'One promotion request, with its whole plan', ok: PromotionRequest })
  get(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('prm') prm: string) {
    return this.promotions.get(ctx, id, prm);
  }

  @Post('projects/:id/promotion-requests/:prm/approve')
  @Access('project:read')
  @Mutation(['promotion.approved'])
  @Docs({
    summary: 'Approve a promotion',
    description: 'For platform admins. Whoever asked is told by e-mail.',
    ok: PromotionRequest,
    errors: ['invalid_transition'],
  })
  approve(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('prm') prm: string,
    @Body({ schema: DecidePromotion }) { reason }: DecidePromotion,
  ) {
    return this.promotions.decide(ctx, id, prm, 'approve', reason);
  }

  @Post('projects/:id/promotion-requests/:prm/reject')
  @Access('project:read')
  @Mutation(['promotion.rejected'])
  @Docs({
    summary: 'Reject a promotion',
    description: 'For platform admins, who give a reason. Whoever asked is told by e-mail.',
    ok: PromotionRequest,
    errors: ['invalid_transition'],
  })
  reject(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('prm') prm: string,
    @Body({ schema: DecidePromotion }) { reason }: DecidePromotion,
  ) {
    return this.promotions.decide(ctx, id, prm, 'reject', reason);
  }

  @Post('projects/:id/promotion-requests/:prm/withdraw')
  @Access('promotion:request')
  @Mutation(['promotion.withdrawn'])
  @Docs({
    summary: 'Withdraw a promotion request',
    description: 'While it is under review or approved.',
    ok: PromotionRequest,
    errors: ['invalid_transition'],
  })
  withdraw(@Ctx() ctx: RequestContext, @Param('id') id: string, @Param('prm') prm: string) {
    return this.promotions.withdraw(ctx, id, prm);
  }

  @Post('projects/:id/promotion-requests/:prm/apply')
  @Access('promotion:request')
  @Mutation(['promotion.applied'])
  @Docs({
    summary: 'Apply an approved promotion',
    description:
      'Without `confirm` the answer is 428 with the plan and whom it would affect. The first promotion of a sandbox makes the ' +
      'production project, of the same owner and organization; later ones bring it to the plan and answer 200. When either ' +
      'configuration has changed since the plan was made, nothing is applied.',
    created: AppliedPromotion,
    notCreated: 'The production project that was there has been brought to the plan.',
    errors: [
      ...(['confirmation_required', 'promotion_not_approved', 'plan_outdated'] as const),
      ...(['owner_missing', 'project_limit_reached', 'limit_reached'] as const),
    ],
  })
  async apply(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('prm') prm: string,
    @Body({ schema: ApplyPromotion }) body: ApplyPromotion,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { made, applied } = await this.applying.run(ctx, id, prm, body);
    if (!made) reply.status(HttpStatus.OK);
    return applied;
  }

  @Post('projects/:id/promotion-requests/:prm/rollback')
  @Access('promotion:request')
  @Mutation(['promotion.rolled_back'])
  @Docs({
    summary: 'Roll a promotion back',
    description:
      "The newest applied one of a pair, unless it made the production project: that project's configuration becomes what it was " +
      'before. Without `confirm` the answer is 428 with what would change and whom it would affect.',
    ok: PromotionRequest,
    errors: ['confirmation_required', 'invalid_transition', 'limit_reached'],
  })
  rollback(
    @Ctx() ctx: RequestContext,
    @Param('id') id: string,
    @Param('prm') prm: string,
    @Body({ schema: RollBackPromotion }) body: RollBackPromotion,
  ) {
    return this.rollbacks.run(ctx, id, prm, body);
  }
}
