import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { OutgoingHttp } from '../../kernel/outgoing/outgoing-http.js';
import { CLEAR_ENDPOINT } from './clear-endpoint.job.js';
import { WebhookAttemptRepository } from './webhook-attempt.repository.js';
import {
  type CreateWebhookEndpoint,
  type IssuedWebhookEndpoint,
  type ListWebhookEndpoints,
  toWebhookEndpoint,
  type UpdateWebhookEndpoint,
  type WebhookEndpoint,
} from './webhook-endpoint.dto.js';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';
import { WebhookSecrets } from './webhook-secrets.service.js';

/** Webhook endpoints of projects. */
@Injectable()
export class WebhookEndpointService {
  constructor(
    private readonly endpoints: WebhookEndpointRepository,
    private readonly queues: WebhookQueueRepository,
    private readonly attempts: WebhookAttemptRepository,
    private readonly secrets: WebhookSecrets,
    private readonly outgoing: OutgoingHttp,
    private readonly outbox: Outbox,
  ) {}

  async list(
    ctx: RequestContext,
    projectId: string,
    query: ListWebhookEndpoints,
  ): Promise<Page<WebhookEndpoint>> {
    const rows = await this.endpoints.list(ctx, projectId, query.limit, decodeCursor(query.cursor));
    const shown = await this.shown(ctx, rows.slice(0, query.limit));
    const total = await this.endpoints.count(ctx, projectId);
    return paginate(rows, query.limit, total, ({ id }) => shown.get(id)!);
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpoints.find(ctx, projectId, id);
    if (!endpoint) throw new AppError('not_found');
    return this.item(ctx, endpoint);
  }

  /** @throws AppError `webhook_url_not_allowed`, `limit_reached` */
  async create(
    ctx: RequestContext,
    projectId: string,
    input: CreateWebhookEndpoint,
  ): Promise<IssuedWebhookEndpoint> {
    this.refuseUrl(input.url);
    const id = newId('whk');
    const endpoint: WebhookEndpointEntity = {
      id,
      project_id: projectId,
      lineage: id,
      url: input.url,
      description: input.description ?? null,
      event_types: input.event_types,
      status: input.status,
      disabled_reason: input.status === 'disabled' ? 'manual' : null,
      created_at: new Date(),
    };
    await this.endpoints.insert(ctx, endpoint);
    const { secret } = await this.secrets.renew(ctx, id);
    ctx.audit.change(endpointTarget(endpoint), null, editable(endpoint));
    return { webhook_endpoint: await this.item(ctx, endpoint), secret };
  }

  /** Changes an endpoint; enabling it lets go out what has waited. @throws AppError `not_found`, `webhook_url_not_allowed` */
  async update(
    ctx: RequestContext,
    projectId: string,
    id: string,
    input: UpdateWebhookEndpoint,
  ): Promise<WebhookEndpoint> {
    if (input.url !== undefined) this.refuseUrl(input.url);
    const before = await this.locked(ctx, projectId, id);
    const after: WebhookEndpointEntity = { ...before, ...input };
    if (after.status === 'enabled') after.disabled_reason = null;
    else if (before.status === 'enabled') after.disabled_reason = 'manual';
    await this.endpoints.update(ctx, projectId, id, editable(after));
    if (input.status === 'enabled') {
      await this.queues.forgive(ctx, id);
      await this.queues.wake(ctx, [id], new Date());
    }
    ctx.audit.change(endpointTarget(after), editable(before), editable(after));
    return this.item(ctx, after);
  }

  /** Deletes an endpoint; what waits for it is not sent any more. @throws AppError `not_found` */
  async delete(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const before = await this.locked(ctx, projectId, id);
    await this.endpoints.delete(ctx, projectId, [id]);
    await this.outbox.schedule(ctx, CLEAR_ENDPOINT, id);
    ctx.audit.change(endpointTarget(before), editable(before), null);
    return { id, deleted: true };
  }

  /** Gives an endpoint a new secret; for 24 hours both sign. @throws AppError `not_found` */
  async rotateSecret(ctx: RequestContext, projectId: string, id: string): Promise<IssuedWebhookEndpoint> {
    const endpoint = await this.locked(ctx, projectId, id);
    const before = (await this.secrets.shown(ctx, [id])).get(id)![0];
    const { secret, previousUntil } = await this.secrets.renew(ctx, id);
    const webhook_endpoint = await this.item(ctx, endpoint);
    ctx.audit.change(
      endpointTarget(endpoint),
      { preview: before?.preview ?? null },
      { preview: webhook_endpoint.secrets[0]!.preview, old_one_signs_until: previousUntil.toISOString() },
    );
    return { webhook_endpoint, secret };
  }

  private async item(ctx: RequestContext, endpoint: WebhookEndpointEntity): Promise<WebhookEndpoint> {
    return (await this.shown(ctx, [endpoint])).get(endpoint.id)!;
  }

  private async shown(
    ctx: RequestContext,
    rows: WebhookEndpointEntity[],
  ): Promise<Map<string, WebhookEndpoint>> {
    const ids = rows.map(({ id }) => id);
    const secrets = await this.secrets.shown(ctx, ids);
    const queues = await this.queues.ofEndpoints(ctx, ids);
    const items = new Map<string, WebhookEndpoint>();
    for (const row of rows) {
      const { id } = row;
      const successRate = await this.attempts.successRate(ctx, id);
      const details = { secrets: secrets.get(id)!, queue: queues.get(id), successRate };
      items.set(id, toWebhookEndpoint(row, details));
    }
    return items;
  }

  private async locked(ctx: RequestContext, projectId: string, id: string): Promise<WebhookEndpointEntity> {
    const endpoint = await this.endpoints.lock(ctx, projectId, id);
    if (!endpoint) throw new AppError('not_found');
    return endpoint;
  }

  private refuseUrl(url: string): void {
    const why = this.outgoing.whyRefused(url);
    if (why) throw new AppError('webhook_url_not_allowed', { param: 'url', message: `The URL ${why}.` });
  }
}

const target = defineTarget('webhook_endpoint', { name: ['webhook_endpoint.description'] });

/** How an endpoint stands in the event log. */
export function endpointTarget({ id, description }: Pick<WebhookEndpointEntity, 'id' | 'description'>) {
  return target(id, description);
}

/** What people, and the server on their behalf, change of an endpoint. */
export function editable(endpoint: WebhookEndpointEntity) {
  const { url, description, event_types, status, disabled_reason } = endpoint;
  return { url, description, event_types, status, disabled_reason };
}
