import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { AlertThresholdEntity } from './alert-threshold.entity.js';

/** How many thresholds a project may have. */
const MOST = 100;

@Injectable()
export class AlertThresholdRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, projectId: string, id: string): Promise<AlertThresholdEntity | null> {
    return this.database.read(ctx).findOneBy(AlertThresholdEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<AlertThresholdEntity | null> {
    return this.database.read(ctx).findOneBy(AlertThresholdEntity, { id });
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    projectId: string,
    limit: number,
    after: string | null,
  ): Promise<AlertThresholdEntity[]> {
    const query = this.database.read(ctx).createQueryBuilder(AlertThresholdEntity, 't');
    query.where('t.project_id = :projectId', { projectId });
    if (after) query.andWhere('t.id < :after', { after });
    return query
      .orderBy('t.id', 'DESC')
      .limit(limit + 1)
      .getMany();
  }

  /** Every threshold of a project; within a unit of work that writes, nobody else changes them, or adds one, until it ends. */
  all(ctx: RequestContext, projectId: string): Promise<AlertThresholdEntity[]> {
    const where = { project_id: projectId };
    return ctx.unit?.writing
      ? this.database.lockAll(ctx, AlertThresholdEntity, where)
      : this.database.read(ctx).findBy(AlertThresholdEntity, where);
  }

  count(ctx: RequestContext, projectId: string): Promise<number> {
    return this.database.read(ctx).countBy(AlertThresholdEntity, { project_id: projectId });
  }

  async countByProject(ctx: RequestContext, projectIds: string[]): Promise<Map<string, number>> {
    const rows = await this.database
      .read(ctx)
      .createQueryBuilder(AlertThresholdEntity, 't')
      .select('t.project_id', 'id')
      .addSelect('COUNT(*)', 'count')
      .where('t.project_id IN (:...projectIds)', { projectIds })
      .groupBy('t.project_id')
      .getRawMany<{ id: string; count: number | string }>();
    return new Map(rows.map(row => [row.id, Number(row.count)]));
  }

  /** Thresholds of all projects in the order of their ids, after `after`. */
  batch(ctx: RequestContext, after: string | null, limit: number): Promise<AlertThresholdEntity[]> {
    const query = this.database.read(ctx).createQueryBuilder(AlertThresholdEntity, 't');
    if (after) query.where('t.id > :after', { after });
    return query.orderBy('t.id', 'ASC').limit(limit).getMany();
  }

  /** @throws AppError `limit_reached` */
  async insert(ctx: RequestContext, threshold: AlertThresholdEntity): Promise<void> {
    await this.database.refuseBeyond(ctx, AlertThresholdEntity, { project_id: threshold.project_id }, MOST);
    await (await this.database.write(ctx)).insert(AlertThresholdEntity, threshold);
  }

  /** Inserts many thresholds of one project. @throws AppError `limit_reached` */
  async insertAll(
    ctx: RequestContext,
    projectId: string,
    thresholds: readonly AlertThresholdEntity[],
  ): Promise<void> {
    if (thresholds.length === 0) return;
    await this.database.refuseBeyond(
      ctx,
      AlertThresholdEntity,
      { project_id: projectId },
      MOST,
      thresholds.length,
    );
    await (await this.database.write(ctx)).insert(AlertThresholdEntity, [...thresholds]);
  }

  async update(
    ctx: RequestContext,
    projectId: string,
    id: string,
    changes: Partial<AlertThresholdEntity>,
  ): Promise<void> {
    await (
      await this.database.write(ctx)
    ).update(AlertThresholdEntity, { id, project_id: projectId }, changes);
  }

  async delete(ctx: RequestContext, projectId: string, id: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    return (await manager.delete(AlertThresholdEntity, { id, project_id: projectId })).affected === 1;
  }

  /** Marks a crossing; false when another instance has, or when the last alert is not older than `quietSince`. */
  async fire(ctx: RequestContext, id: string, at: Date, quietSince: Date): Promise<boolean> {
    const result = await (
      await this.database.write(ctx)
    )
      .createQueryBuilder()
      .update(AlertThresholdEntity)
      .set({ state: 'firing', last_fired_at: at })
      .where("id = :id AND state = 'ok' AND (last_fired_at IS NULL OR last_fired_at <= :quietSince)", {
        id,
        quietSince,
      })
      .execute();
    return result.affected === 1;
  }

  /** Re-arms a threshold whose metric has recovered. */
  async rearm(ctx: RequestContext, id: string): Promise<void> {
    await (
      await this.database.write(ctx)
    ).update(AlertThresholdEntity, { id, state: 'firing' }, { state: 'ok' });
  }
}
