import { Injectable } from '@nestjs/common';
import { In, LessThanOrEqual } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { newId } from '../../kernel/database/ids.js';
import { insertMissing } from '../../kernel/database/insert-rows.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { Lists } from '../../kernel/database/lists.js';
import { type Condition, every, type Stretch } from '../../kernel/database/stretch.js';
import { type DeliveryStatus, WebhookDeliveryEntity } from './webhook-delivery.entity.js';

/** What the list of deliveries can be narrowed by. */
export interface DeliveryFilter {
  readonly status?: DeliveryStatus;
  /** Exact types. */
  readonly types: readonly string[] | null;
  readonly from: string | null;
  readonly before: string | null;
}

/** An event that is to be told to an endpoint. */
export interface NewDelivery {
  readonly endpointId: string;
  readonly eventId: string;
  readonly type: string;
}

/** The events from one on and before another. */
export interface EventSpan {
  readonly from: string;
  readonly before: string;
}

const COLUMNS = [
  ...['id', 'project_id', 'endpoint_id', 'event_id', 'type', 'test', 'status', 'attempt_count', 'step'],
  ...['in_order', 'next_attempt_at', 'created_at'],
];

@Injectable()
export class WebhookDeliveryRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    id: string,
  ): Promise<WebhookDeliveryEntity | null> {
    return this.database
      .read(ctx)
      .findOneBy(WebhookDeliveryEntity, { id, project_id: projectId, endpoint_id: endpointId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<WebhookDeliveryEntity | null> {
    return this.database.read(ctx).findOneBy(WebhookDeliveryEntity, { id });
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    filter: DeliveryFilter,
    limit: number,
    after: string | null,
  ): Promise<WebhookDeliveryEntity[]> {
    const before = after && (!filter.before || after < filter.before) ? after : filter.before;
    const stretches = stretchesOf(projectId, endpointId, { ...filter, before });
    return this.lists.newest(ctx, WebhookDeliveryEntity, stretches, limit + 1);
  }

  total(ctx: RequestContext, projectId: string, endpointId: string, filter: DeliveryFilter): Promise<number> {
    return this.lists.total(ctx, stretchesOf(projectId, endpointId, filter));
  }

  /** How many wait for some endpoints of a project. */
  countPending(ctx: RequestContext, projectId: string, endpointIds: string[]): Promise<number> {
    const stretches = endpointIds.map((id): Stretch => ({
      ...ofEndpoint(projectId, id, { status: 'pending' }),
      from: null,
    }));
    return this.lists.count(ctx, stretches);
  }

  /** How many deliveries of each type have succeeded, of the events of a span. */
  succeededByType(
    ctx: RequestContext,
    endpointId: string,
    span: EventSpan,
  ): Promise<ReadonlyMap<string, number>> {
    const where = { sql: "t.status = 'succeeded' AND t.test = 0", parameters: [] };
    const index = 'webhook_deliveries_event';
    const stretch = {
      table: 'webhook_deliveries',
      id: 'event_id',
      index,
      equal: { endpoint_id: endpointId },
    };
    return this.lists.tally(ctx, { ...stretch, where, ...span }, 'type');
  }

  async insert(ctx: RequestContext, delivery: WebhookDeliveryEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(WebhookDeliveryEntity, delivery);
  }

  /** Adds deliveries of events that their endpoints do not have yet, due at once. */
  async insertMissing(
    ctx: RequestContext,
    projectId: string,
    deliveries: readonly NewDelivery[],
    due: { at: Date; inOrder: boolean },
  ): Promise<void> {
    const target = { table: 'webhook_deliveries', columns: COLUMNS, key: ['endpoint_id', 'event_id'] };
    const at = instantForDriver(this.database.kind, due.at) as string;
    const now = instantForDriver(this.database.kind, new Date()) as string;
    const rows = deliveries.map(({ endpointId, eventId, type }) => [
      ...[newId('dlv'), projectId, endpointId, eventId, type, 0, 'pending', 0, 0, due.inOrder ? 1 : 0],
      ...[at, now],
    ]);
    await insertMissing(await this.database.write(ctx), this.database.kind, target, rows);
  }

  /** Lets deliveries of these events that have not succeeded begin their schedule anew. */
  async restart(ctx: RequestContext, endpointId: string, eventIds: string[], due: Date): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(
      WebhookDeliveryEntity,
      { endpoint_id: endpointId, event_id: In(eventIds), status: In(['pending', 'failed']), test: false },
      { status: 'pending', step: 0, in_order: true, next_attempt_at: due },
    );
  }

  /** Lets one delivery begin its schedule anew. */
  async resend(ctx: RequestContext, projectId: string, id: string, due: Date): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(
      WebhookDeliveryEntity,
      { id, project_id: projectId },
      { status: 'pending', step: 0, in_order: false, next_attempt_at: due },
    );
  }

  /** What is due for an endpoint, in the order in which it goes out; `tests` alone while it is disabled. */
  async due(
    ctx: RequestContext,
    endpointId: string,
    { now, limit, testsOnly }: { now: Date; limit: number; testsOnly: boolean },
  ): Promise<WebhookDeliveryEntity[]> {
    return this.database.read(ctx).find(WebhookDeliveryEntity, {
      where: {
        endpoint_id: endpointId,
        status: 'pending',
        next_attempt_at: LessThanOrEqual(now),
        ...(testsOnly ? { test: true } : {}),
      },
      order: { next_attempt_at: 'ASC', event_id: 'ASC' },
      take: limit,
    });
  }

  /** When the next delivery to an endpoint is due, or the next test; null while none waits. */
  async nextDue(
    ctx: RequestContext,
    endpointId: string,
    { testsOnly }: { testsOnly: boolean },
  ): Promise<Date | null> {
    const [next] = await this.database.read(ctx).find(WebhookDeliveryEntity, {
      select: { id: true, next_attempt_at: true },
      where: { endpoint_id: endpointId, status: 'pending', ...(testsOnly ? { test: true } : {}) },
      order: { next_attempt_at: 'ASC' },
      take: 1,
    });
    return next?.next_attempt_at ?? null;
  }

  /** Counts an attempt and says what follows. False when the delivery was deleted meanwhile. */
  async attempted(
    ctx: RequestContext,
    id: string,
    change: Pick<WebhookDeliveryEntity, 'status' | 'step' | 'next_attempt_at'>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const counted = { ...change, attempt_count: () => 'attempt_count + 1' };
    return (await manager.update(WebhookDeliveryEntity, { id }, counted)).affected === 1;
  }

  /** Puts a delivery off that could not be attempted. */
  async postpone(ctx: RequestContext, id: string, until: Date): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.update(WebhookDeliveryEntity, { id, status: 'pending' }, { next_attempt_at: until });
  }

  /** Ends at most `limit` of a project's deliveries that still wait; answers how many. */
  async endPending(ctx: RequestContext, endpointId: string, limit: number): Promise<number> {
    const manager = await this.database.write(ctx);
    const rows = await manager.find(WebhookDeliveryEntity, {
      select: { id: true },
      where: { endpoint_id: endpointId, status: 'pending' },
      take: limit,
    });
    if (rows.length === 0) return 0;
    await manager.update(
      WebhookDeliveryEntity,
      { id: In(rows.map(({ id }) => id)), status: 'pending' },
      { status: 'failed', next_attempt_at: null },
    );
    return rows.length;
  }

  /** How many deliveries to an endpoint are older than the first with this id. */
  countBefore(
    ctx: RequestContext,
    projectId: string,
    endpointIds: string[],
    before: string,
  ): Promise<number> {
    return this.lists.count(
      ctx,
      endpointIds.map(id => ({ ...ofEndpoint(projectId, id, {}), before })),
    );
  }

  /** Deletes at most `limit` deliveries to an endpoint with their attempts, the oldest first; answers how many. */
  async deleteOldest(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    { before, limit }: { before: string; limit: number },
  ): Promise<number> {
    const manager = await this.database.write(ctx);
    const query = manager.createQueryBuilder(WebhookDeliveryEntity, 'd').select('d.id', 'id');
    query.where('d.project_id = :projectId AND d.endpoint_id = :endpointId', { projectId, endpointId });
    query.andWhere('d.id < :before', { before });
    const rows = await query.orderBy('d.id', 'ASC').limit(limit).getRawMany<{ id: string }>();
    return this.delete(
      ctx,
      rows.map(({ id }) => id),
    );
  }

  /** Deletes at most `limit` deliveries of an endpoint that is gone; answers how many. */
  async deleteOfEndpoint(ctx: RequestContext, endpointId: string, limit: number): Promise<number> {
    const manager = await this.database.write(ctx);
    const rows = await manager.find(WebhookDeliveryEntity, {
      select: { id: true },
      where: { endpoint_id: endpointId },
      take: limit,
    });
    return this.delete(
      ctx,
      rows.map(({ id }) => id),
    );
  }

  private async delete(ctx: RequestContext, ids: string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const manager = await this.database.write(ctx);
    const places = ids.map(() => '?').join();
    await manager.query(`DELETE FROM webhook_attempts WHERE delivery_id IN (${places})`, ids);
    await manager.query(`DELETE FROM webhook_deliveries WHERE id IN (${places})`, ids);
    return ids.length;
  }
}

/** The stretch by the index of the rarest condition; the others are looked at. */
function stretchesOf(projectId: string, endpointId: string, { status, types, from, before }: DeliveryFilter) {
  const inStatus = (): Condition => ({ sql: '+t.status = ?', parameters: [status!] });
  if (!types) return [{ ...ofEndpoint(projectId, endpointId, status ? { status } : {}), from, before }];
  return types.map((type): Stretch => {
    const where = every([status && inStatus()]);
    return { ...ofEndpoint(projectId, endpointId, { type }), where, from, before };
  });
}

function ofEndpoint(
  projectId: string,
  endpointId: string,
  narrowed: { status?: DeliveryStatus; type?: string },
): Stretch {
  const [by = 'list'] = Object.keys(narrowed);
  return {
    table: 'webhook_deliveries',
    id: 'id',
    index: `webhook_deliveries_${by}`,
    equal: { project_id: projectId, endpoint_id: endpointId, ...narrowed },
  };
}
