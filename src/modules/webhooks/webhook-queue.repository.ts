import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { WebhookQueueEntity } from './webhook-endpoint.entity.js';

/** The queues of endpoints: when somebody has to look after each, who does, and how it goes. */
@Injectable()
export class WebhookQueueRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, endpointId: string): Promise<WebhookQueueEntity | null> {
    return this.database.read(ctx).findOneBy(WebhookQueueEntity, { endpoint_id: endpointId });
  }

  async ofEndpoints(ctx: RequestContext, ids: string[]): Promise<Map<string, WebhookQueueEntity>> {
    if (ids.length === 0) return new Map();
    const queues = await this.database.read(ctx).findBy(WebhookQueueEntity, { endpoint_id: In(ids) });
    return new Map(queues.map(queue => [queue.endpoint_id, queue]));
  }

  /** Endpoints that somebody has to look after and nobody does, the longest due first. */
  async due(ctx: RequestContext, now: Date, limit: number): Promise<string[]> {
    const rows = await this.database.read(ctx).find(WebhookQueueEntity, {
      select: { endpoint_id: true },
      where: [
        { next_due_at: LessThanOrEqual(now), lease_until: IsNull() },
        { next_due_at: LessThanOrEqual(now), lease_until: LessThan(now) },
      ],
      order: { next_due_at: 'ASC' },
      take: limit,
    });
    return rows.map(row => row.endpoint_id);
  }

  /** Since when the queue that has waited longest is due; null while none is. */
  async oldestDue(ctx: RequestContext, now: Date): Promise<Date | null> {
    const [row] = await this.database.read(ctx).find(WebhookQueueEntity, {
      select: { endpoint_id: true, next_due_at: true },
      where: { next_due_at: LessThanOrEqual(now) },
      order: { next_due_at: 'ASC' },
      take: 1,
    });
    return row?.next_due_at ?? null;
  }

  /** Sees to it that endpoints are looked after at `at`, or sooner. */
  async wake(ctx: RequestContext, endpointIds: string[], at: Date): Promise<void> {
    if (endpointIds.length === 0) return;
    const manager = await this.database.write(ctx);
    const which = { endpoint_id: In(endpointIds) };
    await manager.update(
      WebhookQueueEntity,
      [
        { ...which, next_due_at: IsNull() },
        { ...which, next_due_at: MoreThan(at) },
      ],
      { next_due_at: at },
    );
  }

  /** The same for all endpoints of a project that have something waiting. */
  async wakeProject(ctx: RequestContext, projectId: string, at: Date): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(
      WebhookQueueEntity,
      { project_id: projectId, next_due_at: MoreThan(at) },
      { next_due_at: at },
    );
  }

  /** Takes the work for an endpoint until `until`. False when another process has it, or it is gone. */
  async lease(
    ctx: RequestContext,
    endpointId: string,
    by: string,
    { now, until }: { now: Date; until: Date },
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const result = await manager.update(
      WebhookQueueEntity,
      [
        { endpoint_id: endpointId, lease_until: IsNull() },
        { endpoint_id: endpointId, lease_until: LessThan(now) },
      ],
      { leased_by: by, lease_until: until },
    );
    return result.affected === 1;
  }

  /** Keeps it; false when it was taken over, or the endpoint is gone. */
  async renew(ctx: RequestContext, endpointId: string, by: string, until: Date): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { endpoint_id: endpointId, leased_by: by };
    return (await manager.update(WebhookQueueEntity, which, { lease_until: until })).affected === 1;
  }

  /** Locks the queue, before it is found out what still waits: whatever is added meanwhile waits for the lock. */
  lock(ctx: RequestContext, endpointId: string): Promise<WebhookQueueEntity | null> {
    return this.database.lock(ctx, WebhookQueueEntity, { endpoint_id: endpointId });
  }

  /** Locks the queues of those endpoints that are still there, and answers their ids: nobody deletes them meanwhile. */
  async hold(ctx: RequestContext, endpointIds: string[]): Promise<Set<string>> {
    const queues = await this.database.lockAll(ctx, WebhookQueueEntity, { endpoint_id: In(endpointIds) });
    return new Set(queues.map(queue => queue.endpoint_id));
  }

  async release(ctx: RequestContext, endpointId: string, by: string, nextDueAt: Date | null): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(
      WebhookQueueEntity,
      { endpoint_id: endpointId, leased_by: by },
      { leased_by: null, lease_until: null, next_due_at: nextDueAt },
    );
  }

  /** Notes how it goes. */
  async update(ctx: RequestContext, endpointId: string, health: Partial<WebhookQueueEntity>): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(WebhookQueueEntity, { endpoint_id: endpointId }, health);
  }

  /** Lets the time of failures begin anew. */
  async forgive(ctx: RequestContext, endpointId: string): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(WebhookQueueEntity, { endpoint_id: endpointId }, { failing_since: null });
  }

  /** A queue of the project with a delivery that succeeded; null without any. */
  firstVerified(ctx: RequestContext, projectId: string): Promise<WebhookQueueEntity | null> {
    return this.database.read(ctx).findOne(WebhookQueueEntity, {
      where: { project_id: projectId, verified_at: Not(IsNull()) },
      order: { verified_at: 'ASC' },
    });
  }
}
