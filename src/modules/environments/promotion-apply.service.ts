import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import type { ProjectConfiguration } from '../../kernel/facets/configuration.js';
import { NewProjects } from '../projects/new-projects.service.js';
import { ProjectService, projectTarget } from '../projects/project.service.js';
import { NO_CONFIGURATION, plannedChanges, planOf } from './configuration-plan.js';
import { ConfigurationTransfer } from './configuration-transfer.service.js';
import { promotionTarget } from './environment.events.js';
import { type PairedProject, ProjectPairRepository } from './project-pair.repository.js';
import type { AppliedPromotion, ApplyPromotion } from './promotion.dto.js';
import { PromotionService } from './promotion.service.js';
import type { PromotionPlanEntity, PromotionRequestEntity } from './promotion-request.entity.js';
import { PromotionRequestRepository } from './promotion-request.repository.js';
import { PromotionTargets } from './promotion-targets.service.js';
import { PROMOTION_TRANSITIONS, refusalOf } from './promotion-transitions.js';

/** Both sides of a promotion as they are now. */
interface Sides {
  readonly pair: PairedProject | null;
  readonly source: ProjectConfiguration;
  readonly target: ProjectConfiguration | null;
}

/** Carries out approved promotions: the plan that was reviewed, or nothing. */
@Injectable()
export class PromotionApply {
  constructor(
    private readonly requests: PromotionRequestRepository,
    private readonly pairs: ProjectPairRepository,
    private readonly targets: PromotionTargets,
    private readonly transfer: ConfigurationTransfer,
    private readonly promotions: PromotionService,
    private readonly newProjects: NewProjects,
    private readonly projects: ProjectService,
  ) {}

  /**
   * Makes the production project, or brings it to the plan.
   * @throws AppError `not_found`, `promotion_not_approved`, `plan_outdated`, `confirmation_required`, `project_suspended`,
   *   `owner_missing`, `project_limit_reached`, `limit_reached`
   */
  async run(
    ctx: RequestContext,
    projectId: string,
    id: string,
    { confirm, name }: ApplyPromotion,
  ): Promise<{ made: boolean; applied: AppliedPromotion }> {
    const request = await this.requests.find(ctx, projectId, id);
    if (!request) throw new AppError('not_found');
    const refusal = refusalOf('apply', request.status);
    if (refusal) throw refusal;
    const pair = await this.pairs.productionOf(ctx, projectId);
    if (pair) await this.targets.refuseUnreachable(ctx, pair.id);
    if (pair && name !== undefined)
      throw invalidField('name', 'is for the promotion that makes the project', 'Leave it out.');
    if (!confirm) throw await this.asksToConfirm(ctx, request);
    return this.apply(ctx, request, name);
  }

  private async asksToConfirm(ctx: RequestContext, request: PromotionRequestEntity): Promise<AppError> {
    const { changes, source: planned } = await this.requests.plan(ctx, request.id);
    const sides = await this.sides(ctx, request.project_id);
    const outdated = await this.outdated(ctx, request, sides);
    if (outdated) return outdated;
    const { pair, target } = sides;
    const to = new Map(planned);
    const reached = await this.transfer.effects(ctx, pair?.id ?? null, target ?? NO_CONFIGURATION, to);
    const effects = pair ? reached : [{ effect: 'projects_made', count: 1 }];
    const plan = this.transfer.shown(ctx, { digest: request.digest, changes });
    const details = { action: 'apply', plan, effects };
    return new AppError('confirmation_required', { param: 'confirm', details });
  }

  private async apply(
    ctx: RequestContext,
    { id, project_id: projectId }: PromotionRequestEntity,
    name: string | undefined,
  ): Promise<{ made: boolean; applied: AppliedPromotion }> {
    const request = (await this.requests.lock(ctx, projectId, id))!;
    const refusal = refusalOf('apply', request.status);
    if (refusal) throw refusal;
    const known = await this.pairs.productionOf(ctx, projectId);
    await this.targets.lock(ctx, [projectId, ...(known ? [known.id] : [])]);
    const sides = await this.sides(ctx, projectId);
    const outdated = await this.outdated(ctx, request, sides);
    if (outdated) throw outdated;
    const target = sides.pair ?? (await this.make(ctx, projectId, name ?? ctx.project!.name));
    const plan = await this.requests.plan(ctx, id);
    // What was reviewed, which is what is there in all that is compared.
    const former = await this.transfer.bring(ctx, target.id, new Map(plan.source));
    await this.requests.rememberFormer(ctx, id, [...former]);
    const made = sides.pair === null;
    const after = await this.note(ctx, request, target.id, made);
    const project = await this.projects.get(ctx, target.id);
    return { made, applied: { ...(await this.promotions.item(ctx, after)), project } };
  }

  private async make(ctx: RequestContext, sandboxId: string, name: string): Promise<PairedProject> {
    const made = await this.newProjects.besides(ctx, sandboxId, { name, environment: 'production' });
    const pair = { sandbox_id: sandboxId, production_id: made.id, created_at: new Date() };
    await this.pairs.set(ctx, pair);
    ctx.audit.effect('project.created', projectTarget(made), null, {
      name,
      environment: 'production',
      owner: made.owner.email,
    });
    return made;
  }

  private async note(
    ctx: RequestContext,
    request: PromotionRequestEntity,
    target_id: string,
    made_target: boolean,
  ): Promise<PromotionRequestEntity> {
    const { from, to } = PROMOTION_TRANSITIONS.apply;
    const changes = { status: to, target_id, made_target, pending_key: null, applied_at: new Date() };
    if (!(await this.requests.updateWhile(ctx, request.id, from, changes)))
      throw new AppError('promotion_not_approved');
    const before = { status: request.status, target_id: request.target_id };
    ctx.audit.change(promotionTarget(request.id, null), before, {
      status: to,
      target_id,
      digest: request.digest,
    });
    return { ...request, ...changes };
  }

  /** Both sides; within a unit of work that writes, they stay so until it ends. */
  private async sides(ctx: RequestContext, projectId: string): Promise<Sides> {
    const pair = await this.pairs.productionOf(ctx, projectId);
    const source = await this.transfer.of(ctx, projectId);
    return { pair, source, target: pair && (await this.transfer.of(ctx, pair.id)) };
  }

  /** The error for a plan that was made for other configurations than there are; null when it still fits. */
  private async outdated(
    ctx: RequestContext,
    request: PromotionRequestEntity,
    { pair, source, target }: Sides,
  ): Promise<AppError | null> {
    const same = (request.target_id ?? null) === (pair?.id ?? null);
    if (same && planOf(source, target).digest === request.digest) return null;
    const planned = await this.requests.plan(ctx, request.id);
    const changes = changesSince(planned, source, target);
    return new AppError('plan_outdated', {
      details: { changes: this.transfer.shownChanges(ctx, changes) },
    });
  }
}

/** What changed on which side since a plan was made. */
function changesSince(
  planned: PromotionPlanEntity,
  source: ProjectConfiguration,
  target: ProjectConfiguration | null,
) {
  const since = (side: 'sandbox' | 'production', then: ProjectConfiguration, now: ProjectConfiguration) =>
    plannedChanges(then, now).map(change => ({ ...change, side }));
  return [
    ...since('sandbox', new Map(planned.source), source),
    ...since('production', new Map(planned.target ?? []), target ?? NO_CONFIGURATION),
  ];
}
