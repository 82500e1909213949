import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { type DisabledReason, WebhookEndpointEntity, WebhookQueueEntity } from './webhook-endpoint.entity.js';

/** How many endpoints a project may have. */
const MOST = 50;

@Injectable()
export class WebhookEndpointRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, projectId: string, id: string): Promise<WebhookEndpointEntity | null> {
    return this.database.read(ctx).findOneBy(WebhookEndpointEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<WebhookEndpointEntity | null> {
    return this.database.read(ctx).findOneBy(WebhookEndpointEntity, { id });
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    projectId: string,
    limit: number,
    after: string | null,
  ): Promise<WebhookEndpointEntity[]> {
    const query = this.database.read(ctx).createQueryBuilder(WebhookEndpointEntity, 'w');
    query.where('w.project_id = :projectId', { projectId });
    if (after) query.andWhere('w.id < :after', { after });
    return query
      .orderBy('w.id', 'DESC')
      .limit(limit + 1)
      .getMany();
  }

  /** All of a project, oldest first: at most as many as a project may have. */
  ofProject(ctx: RequestContext, projectId: string): Promise<WebhookEndpointEntity[]> {
    return this.database
      .read(ctx)
      .find(WebhookEndpointEntity, { where: { project_id: projectId }, order: { id: 'ASC' } });
  }

  enabledOf(ctx: RequestContext, projectId: string): Promise<WebhookEndpointEntity[]> {
    return this.database
      .read(ctx)
      .findBy(WebhookEndpointEntity, { project_id: projectId, status: 'enabled' });
  }

  /** What a project's enabled endpoints are subscribed to. By hand: every mutation of every project waits for it. */
  async subscriptions(ctx: RequestContext, projectId: string): Promise<string[][]> {
    const rows = await this.database
      .read(ctx)
      .query<{ event_types: string }[]>(
        "SELECT event_types FROM webhook_endpoints WHERE project_id = ? AND status = 'enabled'",
        [projectId],
      );
    return rows.map(row => JSON.parse(row.event_types) as string[]);
  }

  count(ctx: RequestContext, projectId: string): Promise<number> {
    return this.database.read(ctx).countBy(WebhookEndpointEntity, { project_id: projectId });
  }

  /** How many endpoints each project has that are enabled. */
  async countEnabled(ctx: RequestContext, projectIds: string[]): Promise<Map<string, number>> {
    const rows = await this.database
      .read(ctx)
      .createQueryBuilder(WebhookEndpointEntity, 'w')
      .select('w.project_id', 'id')
      .addSelect('COUNT(*)', 'count')
      .where("w.project_id IN (:...projectIds) AND w.status = 'enabled'", { projectIds })
      .groupBy('w.project_id')
      .getRawMany<{ id: string; count: number | string }>();
    return new Map(rows.map(row => [row.id, Number(row.count)]));
  }

  /** Reads an endpoint that nobody changes until the unit of work ends; null when there is none. */
  lock(ctx: RequestContext, projectId: string, id: string): Promise<WebhookEndpointEntity | null> {
    return this.database.lock(ctx, WebhookEndpointEntity, { id, project_id: projectId });
  }

  /** Adds an endpoint with an empty queue. @throws AppError `limit_reached` */
  async insert(ctx: RequestContext, endpoint: WebhookEndpointEntity): Promise<void> {
    const { id, project_id } = endpoint;
    await this.database.refuseBeyond(ctx, WebhookEndpointEntity, { project_id }, MOST);
    const manager = await this.database.write(ctx);
    await manager.insert(WebhookEndpointEntity, endpoint);
    await manager.insert(WebhookQueueEntity, { endpoint_id: id, project_id });
  }

  async update(
    ctx: RequestContext,
    projectId: string,
    id: string,
    changes: Partial<WebhookEndpointEntity>,
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(WebhookEndpointEntity, { id, project_id: projectId }, changes);
  }

  /** Disables an endpoint that is enabled; false when it is not, or gone. */
  async disable(ctx: RequestContext, id: string, reason: DisabledReason): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const changes = { status: 'disabled' as const, disabled_reason: reason };
    return (await manager.update(WebhookEndpointEntity, { id, status: 'enabled' }, changes)).affected === 1;
  }

  /** Deletes endpoints with their secrets and queues; their deliveries go later. */
  async delete(ctx: RequestContext, projectId: string, ids: string[]): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.query(
      `DELETE FROM webhook_secrets WHERE endpoint_id IN (${ids.map(() => '?').join()})`,
      ids,
    );
    await manager.delete(WebhookQueueEntity, { endpoint_id: In(ids) });
    await manager.delete(WebhookEndpointEntity, { id: In(ids), project_id: projectId });
  }
}
