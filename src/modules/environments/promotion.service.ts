import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { ProjectService } from '../projects/project.service.js';
import { planOf } from './configuration-plan.js';
import { ConfigurationTransfer } from './configuration-transfer.service.js';
import { promotionTarget } from './environment.events.js';
import { HandoffService } from './handoff.service.js';
import { ProjectPairRepository } from './project-pair.repository.js';
import {
  type ListPromotionRequests,
  type PromotionRequest,
  type RequestPromotion,
  toPromotionRequest,
} from './promotion.dto.js';
import { PromotionNotices } from './promotion-notices.service.js';
import type { PromotionRequestEntity } from './promotion-request.entity.js';
import { PromotionRequestRepository } from './promotion-request.repository.js';
import { PENDING, PROMOTION_TRANSITIONS, refusalOf } from './promotion-transitions.js';

/** How many changes of a plan lists show. */
const FIRST_CHANGES = 50;

/** Requests to bring a sandbox to production: asked for, listed, decided. */
@Injectable()
export class PromotionService {
  constructor(
    private readonly requests: PromotionRequestRepository,
    private readonly pairs: ProjectPairRepository,
    private readonly transfer: ConfigurationTransfer,
    private readonly handoff: HandoffService,
    private readonly projects: ProjectService,
    private readonly notices: PromotionNotices,
    private readonly config: Config,
  ) {}

  /**
   * Asks for a promotion, with the plan as it is now. Where nobody reviews, it is approved at once.
   * @throws AppError `sandbox_only`, `promotion_pending`, `handoff_incomplete`, `too_many_mails`
   */
  async request(
    ctx: RequestContext,
    projectId: string,
    { notes }: RequestPromotion,
  ): Promise<PromotionRequest> {
    if (ctx.project!.environment !== 'sandbox') throw new AppError('sandbox_only');
    if (await this.requests.newest(ctx, projectId, PENDING)) throw new AppError('promotion_pending');
    const unmet = (await this.handoff.findings(ctx, projectId)).filter(({ passed }) => !passed);
    if (unmet.length)
      throw new AppError('handoff_incomplete', { details: { unmet: unmet.map(({ check }) => check) } });
    const review = this.config.promotionReview;
    const reviewers = review ? await this.notices.reviewers(ctx) : [];
    const target = await this.pairs.productionOf(ctx, projectId);
    const source = await this.transfer.of(ctx, projectId);
    const former = target && (await this.transfer.of(ctx, target.id));
    const plan = planOf(source, former);
    const now = new Date();
    const request: PromotionRequestEntity = {
      id: newId('prm'),
      project_id: projectId,
      target_id: target?.id ?? null,
      status: review ? 'under_review' : 'approved',
      pending_key: projectId,
      made_target: false,
      notes: notes || null,
      reason: null,
      requested_by: ctx.principal!.id,
      decided_by: null,
      digest: plan.digest,
      first_changes: plan.changes.slice(0, FIRST_CHANGES),
      change_count: plan.changes.length,
      created_at: now,
      decided_at: review ? null : now,
      applied_at: null,
    };
    await this.requests.insert(ctx, request, {
      request_id: request.id,
      changes: [...plan.changes],
      source: [...source],
      target: former && [...former],
      former: null,
    });
    const { status, target_id, digest, change_count } = request;
    ctx.audit.change(promotionTarget(request.id, null), null, {
      ...{ status, target_id, digest, change_count, notes: request.notes },
    });
    if (!review)
      ctx.audit.effect(
        'promotion.approved',
        promotionTarget(request.id, null),
        { status: 'under_review' },
        { status },
      );
    await this.notices.asked(ctx, request, ctx.project!.name, reviewers);
    return toPromotionRequest(request, target, plan.changes);
  }

  async list(
    ctx: RequestContext,
    projectId: string | undefined,
    { limit, cursor, status }: ListPromotionRequests,
  ): Promise<Page<PromotionRequest>> {
    const filter = { projectId, status };
    const rows = await this.requests.list(ctx, filter, limit, decodeCursor(cursor));
    const targets = await this.targetsOf(ctx, rows);
    const toItem = (row: PromotionRequestEntity) => toPromotionRequest(row, targets(row));
    return paginate(rows, limit, await this.requests.total(ctx, filter), toItem);
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<PromotionRequest> {
    const row = await this.requests.find(ctx, projectId, id);
    if (!row) throw new AppError('not_found');
    return this.item(ctx, row);
  }

  /**
   * Decides about a request; for platform admins.
   * @throws AppError `permission_denied`, `not_found`, `invalid_transition`, `validation_failed` without a reason to reject
   */
  async decide(
    ctx: RequestContext,
    projectId: string,
    id: string,
    decision: 'approve' | 'reject',
    reason: string | undefined,
  ): Promise<PromotionRequest> {
    if (!ctx.isPlatformAdmin)
      throw new AppError('permission_denied', { message: 'Only platform admins review promotions.' });
    if (decision === 'reject' && reason === undefined)
      throw invalidField('reason', 'is missing', 'Say why, so that it can be mended.');
    const changes = { reason: reason ?? null, decided_by: ctx.user.id, decided_at: new Date() };
    const request = await this.transit(ctx, projectId, id, decision, changes);
    ctx.audit.because(reason);
    await this.notices.decided(ctx, request, ctx.project!.name);
    return this.item(ctx, request);
  }

  /** @throws AppError `not_found`, `invalid_transition` */
  async withdraw(ctx: RequestContext, projectId: string, id: string): Promise<PromotionRequest> {
    return this.item(ctx, await this.transit(ctx, projectId, id, 'withdraw', {}));
  }

  /** A request with all of its plan. */
  async item(ctx: RequestContext, row: PromotionRequestEntity): Promise<PromotionRequest> {
    const { changes } = await this.requests.plan(ctx, row.id);
    return toPromotionRequest(row, (await this.targetsOf(ctx, [row]))(row), changes);
  }

  /** Takes a request a step on, guarded: of two that race, the second finds another status. */
  private async transit(
    ctx: RequestContext,
    projectId: string,
    id: string,
    step: 'approve' | 'reject' | 'withdraw',
    changes: Partial<PromotionRequestEntity>,
  ): Promise<PromotionRequestEntity> {
    const { from, to } = PROMOTION_TRANSITIONS[step];
    const known = await this.requests.find(ctx, projectId, id);
    const before = known && (await this.requests.lock(ctx, projectId, id));
    if (!before) throw new AppError('not_found');
    const refusal = refusalOf(step, before.status);
    if (refusal) throw refusal;
    const after = { ...changes, status: to, pending_key: PENDING.includes(to) ? projectId : null };
    if (!(await this.requests.updateWhile(ctx, id, from, after))) throw new AppError('invalid_transition');
    ctx.audit.change(promotionTarget(id, null), { status: before.status }, { status: to });
    return { ...before, ...after };
  }

  /** The production projects of some requests, for each request. */
  private async targetsOf(ctx: RequestContext, rows: readonly PromotionRequestEntity[]) {
    const names = await this.projects.names(
      ctx,
      rows.flatMap(({ target_id }) => target_id ?? []),
    );
    return ({ target_id }: PromotionRequestEntity) =>
      target_id === null ? null : { id: target_id, name: names.get(target_id)! };
  }
}
