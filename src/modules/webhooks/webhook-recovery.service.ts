import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt, newId } from '../../kernel/database/ids.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { EventFeed } from '../../kernel/facets/event-feed.port.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { isForEndpoint, PARTLY_TOLD, typesOf } from './event-selection.js';
import { RECOVER } from './recover.job.js';
import { type EventSpan, WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import type { RecoverWebhooks, WebhookRecovery } from './webhook-endpoint.dto.js';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { endpointTarget } from './webhook-endpoint.service.js';
import { WebhookRecoveryRepository } from './webhook-recovery.repository.js';

const PAGE = 500;

/** Sends an endpoint everything that it did not get in a span of time. */
@Injectable()
export class WebhookRecoveries {
  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly recoveries: WebhookRecoveryRepository,
    private readonly events: EventFeed,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Counts what is missing, and leaves it to a job to go through the log: a span may have any length.
   * @throws AppError `not_found`, `validation_failed` for a span that ends before it begins
   */
  async begin(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    { since, until }: RecoverWebhooks,
  ): Promise<WebhookRecovery> {
    const endpoint = await this.endpoints.find(ctx, projectId, endpointId);
    if (!endpoint) throw new AppError('not_found');
    const now = new Date();
    // What was made within this very millisecond counts as well.
    const end = until === undefined ? new Date(now.getTime() + 1) : new Date(until);
    if (new Date(since) > end) throw invalidField('since', 'is after until', 'Send an earlier instant.');
    const span = { from: firstIdAt('evt', new Date(since)), before: firstIdAt('evt', end) };
    const queued = await this.missing(ctx, endpoint, span);
    const id = newId('wrc');
    await this.recoveries.insert(ctx, {
      id,
      project_id: projectId,
      endpoint_id: endpointId,
      from_event: span.from,
      before_event: span.before,
      due_at: now,
    });
    await this.outbox.schedule(ctx, RECOVER, id);
    ctx.audit.change(endpointTarget(endpoint), null, { since, until: end.toISOString(), queued });
    return { queued };
  }

  private async missing(
    ctx: RequestContext,
    { id, project_id, event_types }: WebhookEndpointEntity,
    span: EventSpan,
  ): Promise<number> {
    const types = typesOf(event_types);
    const whole = types.filter(type => !PARTLY_TOLD.includes(type));
    let count = await this.events.count(ctx, project_id, { ...span, types: whole });
    for (const type of types.filter(one => PARTLY_TOLD.includes(one)))
      count += await this.countOneByOne(ctx, { id, project_id }, { ...span, type });
    for (const [type, succeeded] of await this.deliveries.succeededByType(ctx, id, span))
      if (types.includes(type)) count -= succeeded;
    return Math.max(0, count);
  }

  /** Of types that are rare. */
  private async countOneByOne(
    ctx: RequestContext,
    { id, project_id }: Pick<WebhookEndpointEntity, 'id' | 'project_id'>,
    span: EventSpan & { type: string },
  ): Promise<number> {
    let count = 0;
    for (let { from } = span; ;) {
      const page = await this.events.page(ctx, project_id, { ...span, from }, PAGE);
      count += page.filter(event => isForEndpoint(event, id)).length;
      if (page.length < PAGE) return count;
      from = `${page.at(-1)!.id}0`;
    }
  }
}
