import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt, newId, timeOfId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { describedEvents } from '../../kernel/event-log/event-types.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { DeliveryDispatcher } from './delivery-dispatcher.service.js';
import { covers } from './event-selection.js';
import { WebhookAttemptRepository } from './webhook-attempt.repository.js';
import {
  type ListWebhookDeliveries,
  type TestWebhook,
  toAttempt,
  toWebhookDelivery,
  type WebhookDelivery,
  type WebhookDeliveryRecord,
} from './webhook-delivery.dto.js';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import { type DeliveryFilter, WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { endpointTarget } from './webhook-endpoint.service.js';
import { WebhookPayloads } from './webhook-payload.service.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';

const MOST_ATTEMPTS_SHOWN = 100;

/** The log of deliveries to an endpoint; tests, and sending one once more. */
@Injectable()
export class WebhookDeliveryService {
  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly attempts: WebhookAttemptRepository,
    private readonly queues: WebhookQueueRepository,
    private readonly payloads: WebhookPayloads,
    private readonly dispatcher: DeliveryDispatcher,
  ) {}

  /** @throws AppError `not_found` */
  async list(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    query: ListWebhookDeliveries,
  ): Promise<Page<WebhookDelivery>> {
    await this.endpoint(ctx, projectId, endpointId);
    const filter = toFilter(query);
    const after = decodeCursor(query.cursor);
    const rows = await this.deliveries.list(ctx, projectId, endpointId, filter, query.limit, after);
    const total = await this.deliveries.total(ctx, projectId, endpointId, filter);
    return paginate(rows, query.limit, total, toWebhookDelivery);
  }

  /** @throws AppError `not_found` */
  async get(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    id: string,
  ): Promise<WebhookDeliveryRecord> {
    await this.endpoint(ctx, projectId, endpointId);
    const delivery = await this.existing(ctx, projectId, endpointId, id);
    const payload = await this.payloads.of(ctx, delivery);
    const attempts = await this.attempts.ofDelivery(ctx, id, MOST_ATTEMPTS_SHOWN);
    return {
      ...toWebhookDelivery(delivery),
      payload: payload && { ...payload },
      attempts: attempts.map(toAttempt),
    };
  }

  /** Sends a test, also to an endpoint that is disabled. @throws AppError `not_found` */
  async test(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    { type }: TestWebhook,
  ): Promise<WebhookDelivery> {
    const endpoint = await this.endpoint(ctx, projectId, endpointId);
    const id = newId('dlv');
    const created_at = new Date(timeOfId(id));
    const delivery: WebhookDeliveryEntity = {
      id,
      project_id: projectId,
      endpoint_id: endpointId,
      event_id: newId('evt'),
      type,
      test: true,
      status: 'pending',
      attempt_count: 0,
      step: 0,
      in_order: false,
      next_attempt_at: new Date(),
      created_at,
    };
    if (!(await this.queues.hold(ctx, [endpointId])).size) throw new AppError('not_found');
    await this.deliveries.insert(ctx, delivery);
    await this.wake(ctx, endpointId);
    ctx.audit
      .identified(delivery.event_id)
      .change(endpointTarget(endpoint), null, { delivery_id: id, sent_type: type });
    return toWebhookDelivery(delivery);
  }

  /** Sends a delivery once more; its schedule begins anew. @throws AppError `not_found` */
  async resend(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    id: string,
  ): Promise<WebhookDelivery> {
    const endpoint = await this.endpoint(ctx, projectId, endpointId);
    const before = await this.existing(ctx, projectId, endpointId, id);
    const now = new Date();
    await this.deliveries.resend(ctx, projectId, id, now);
    await this.wake(ctx, endpointId);
    ctx.audit.change(endpointTarget(endpoint), null, { delivery_id: id, event_id: before.event_id });
    return toWebhookDelivery({ ...before, status: 'pending', next_attempt_at: now });
  }

  private async wake(ctx: RequestContext, endpointId: string): Promise<void> {
    await this.queues.wake(ctx, [endpointId], new Date());
    ctx.unit!.onCommit(() => this.dispatcher.nudge(endpointId));
  }

  private async endpoint(ctx: RequestContext, projectId: string, id: string): Promise<WebhookEndpointEntity> {
    const endpoint = await this.endpoints.find(ctx, projectId, id);
    if (!endpoint) throw new AppError('not_found');
    return endpoint;
  }

  private async existing(
    ctx: RequestContext,
    projectId: string,
    endpointId: string,
    id: string,
  ): Promise<WebhookDeliveryEntity> {
    const delivery = await this.deliveries.find(ctx, projectId, endpointId, id);
    if (!delivery) throw new AppError('not_found');
    return delivery;
  }
}

function toFilter({ status, type, from, to }: ListWebhookDeliveries): DeliveryFilter {
  return {
    status,
    types: type === undefined || type === '*' ? null : typesFor(type),
    from: from === undefined ? null : firstIdAt('dlv', new Date(from)),
    before: to === undefined ? null : firstIdAt('dlv', new Date(to)),
  };
}

function typesFor(filter: string): string[] {
  if (!filter.endsWith('*')) return [filter];
  return describedEvents().flatMap(([type]) => (covers([filter], type) ? [type] : []));
}
