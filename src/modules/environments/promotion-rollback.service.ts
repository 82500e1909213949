import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { planOf } from './configuration-plan.js';
import { ConfigurationTransfer } from './configuration-transfer.service.js';
import { promotionTarget } from './environment.events.js';
import { ProjectPairRepository } from './project-pair.repository.js';
import type { PromotionRequest, RollBackPromotion } from './promotion.dto.js';
import { PromotionService } from './promotion.service.js';
import type { PromotionRequestEntity } from './promotion-request.entity.js';
import { PromotionRequestRepository } from './promotion-request.repository.js';
import { PromotionTargets } from './promotion-targets.service.js';
import { PROMOTION_TRANSITIONS, refusalOf } from './promotion-transitions.js';

/** Takes back what a promotion did: the production project's configuration becomes what it was before. */
@Injectable()
export class PromotionRollback {
  constructor(
    private readonly requests: PromotionRequestRepository,
    private readonly pairs: ProjectPairRepository,
    private readonly targets: PromotionTargets,
    private readonly transfer: ConfigurationTransfer,
    private readonly promotions: PromotionService,
  ) {}

  /**
   * Rolls the newest applied promotion of a pair back, unless it made the project.
   * @throws AppError `not_found`, `invalid_transition`, `confirmation_required`, `project_suspended`, `limit_reached`
   */
  async run(
    ctx: RequestContext,
    projectId: string,
    id: string,
    { confirm }: RollBackPromotion,
  ): Promise<PromotionRequest> {
    const known = await this.requests.find(ctx, projectId, id);
    if (!known) throw new AppError('not_found');
    const targetId = await this.reversible(ctx, known);
    await this.targets.refuseUnreachable(ctx, targetId);
    const former = new Map((await this.requests.plan(ctx, id)).former!);
    if (!confirm) {
      const now = await this.transfer.of(ctx, targetId);
      const plan = this.transfer.shown(ctx, planOf(former, now));
      const effects = await this.transfer.effects(ctx, targetId, now, former);
      const details = { action: 'rollback', plan, effects };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    const request = (await this.requests.lock(ctx, projectId, id))!;
    await this.targets.lock(ctx, [projectId, targetId]);
    await this.reversible(ctx, request);
    await this.transfer.bring(ctx, targetId, former);
    const { from, to } = PROMOTION_TRANSITIONS.rollback;
    if (!(await this.requests.updateWhile(ctx, id, from, { status: to })))
      throw new AppError('invalid_transition');
    const { status } = request;
    ctx.audit.change(promotionTarget(id, null), { status }, { status: to, target_id: targetId });
    return this.promotions.item(ctx, { ...request, status: to });
  }

  /** The project that a request changed, when that can be taken back. @throws AppError `invalid_transition` */
  private async reversible(ctx: RequestContext, request: PromotionRequestEntity): Promise<string> {
    const refusal = refusalOf('rollback', request.status);
    if (refusal) throw refusal;
    const { project_id: projectId, target_id: targetId } = request;
    if (request.made_target) throw impossible('This promotion made the project; there is nothing before it.');
    const newest = await this.requests.newest(ctx, projectId, ['applied']);
    if (newest?.id !== request.id)
      throw impossible('A newer promotion has been applied; roll that one back first.');
    const pair = await this.pairs.productionOf(ctx, projectId);
    if (targetId === null || pair?.id !== targetId) throw impossible('The production project is deleted.');
    return targetId;
  }
}

function impossible(message: string): AppError {
  return new AppError('invalid_transition', { message });
}
