import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { PromotionPlanEntity, PromotionRequestEntity } from './promotion-request.entity.js';
import { PROMOTION_STATUSES, type PromotionStatus } from './promotion-transitions.js';

/** Whose requests a list shows: a project's, or all. */
export interface PromotionFilter {
  readonly projectId?: string;
  readonly status?: PromotionStatus;
}

@Injectable()
export class PromotionRequestRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, projectId: string, id: string): Promise<PromotionRequestEntity | null> {
    return this.database.read(ctx).findOneBy(PromotionRequestEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<PromotionRequestEntity | null> {
    return this.database.read(ctx).findOneBy(PromotionRequestEntity, { id });
  }

  /** The newest request of a project, in one of the given statuses if there are any given. */
  newest(
    ctx: RequestContext,
    projectId: string,
    statuses?: readonly PromotionStatus[],
  ): Promise<PromotionRequestEntity | null> {
    const where = { project_id: projectId, ...(statuses ? { status: In([...statuses]) } : {}) };
    return this.database.read(ctx).findOne(PromotionRequestEntity, { where, order: { id: 'DESC' } });
  }

  /** The request, kept as it is by others until the unit of work ends. */
  lock(ctx: RequestContext, projectId: string, id: string): Promise<PromotionRequestEntity | null> {
    return this.database.lock(ctx, PromotionRequestEntity, { id, project_id: projectId });
  }

  async plan(ctx: RequestContext, id: string): Promise<PromotionPlanEntity> {
    return this.database.read(ctx).findOneByOrFail(PromotionPlanEntity, { request_id: id });
  }

  /** @throws AppError `promotion_pending` when the project has a request that is under review or approved */
  async insert(
    ctx: RequestContext,
    request: PromotionRequestEntity,
    plan: PromotionPlanEntity,
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    // TypeScript does not see the end of a configuration's values, here as below.
    const inserted = manager.insert<object>(PromotionRequestEntity, request);
    await orIfTaken(inserted, () => new AppError('promotion_pending'));
    await manager.insert<object>(PromotionPlanEntity, plan);
  }

  /** Changes a request only while it is in one of the given statuses; false when it was in none. */
  async updateWhile(
    ctx: RequestContext,
    id: string,
    statuses: readonly PromotionStatus[],
    changes: Partial<PromotionRequestEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, status: In([...statuses]) };
    return (await manager.update<object>(PromotionRequestEntity, which, changes)).affected === 1;
  }

  async rememberFormer(
    ctx: RequestContext,
    id: string,
    former: PromotionPlanEntity['former'],
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update<object>(PromotionPlanEntity, { request_id: id }, { former });
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    filter: PromotionFilter,
    limit: number,
    before: string | null,
  ): Promise<PromotionRequestEntity[]> {
    const stretches = stretchesOf(filter).map(stretch => ({ ...stretch, before }));
    return this.lists.newest(ctx, PromotionRequestEntity, stretches, limit + 1);
  }

  /** How many match, at most one more than a page says. */
  total(ctx: RequestContext, filter: PromotionFilter): Promise<number> {
    return this.lists.total(ctx, stretchesOf(filter));
  }
}

function stretchesOf({ projectId, status }: PromotionFilter): Stretch[] {
  const within = (index: string, equal: Stretch['equal']): Stretch => ({
    table: 'promotion_requests',
    index,
    id: 'id',
    equal,
  });
  if (projectId && status)
    return [within('promotion_requests_project_status', { project_id: projectId, status })];
  if (projectId) return [within('promotion_requests_project', { project_id: projectId })];
  const statuses = status ? [status] : PROMOTION_STATUSES;
  return statuses.map(one => within('promotion_requests_status', { status: one }));
}
