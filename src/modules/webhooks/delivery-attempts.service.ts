import { Injectable, Logger } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { OutgoingFailure, OutgoingHttp } from '../../kernel/outgoing/outgoing-http.js';
import { DeliveryMeters } from './delivery-meters.js';
import { EndpointHealth } from './endpoint-health.service.js';
import { waitAfter } from './retry-schedule.js';
import { signedHeaders } from './signature.js';
import { WebhookAttemptRepository } from './webhook-attempt.repository.js';
import type { WebhookAttemptEntity, WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import type { WebhookEndpointEntity } from './webhook-endpoint.entity.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { WebhookPayloads } from './webhook-payload.service.js';
import { WebhookSecrets } from './webhook-secrets.service.js';

const EXCERPT_BYTES = 2_048;
const USER_AGENT = 'Bailiwick-Webhooks/1';
const GONE = 410;
/** After a fault of this server's own, which is no attempt. */
const PAUSE_MS = 60_000;

/** What came of one attempt. */
type Outcome = Pick<WebhookAttemptEntity, 'status_code' | 'error' | 'latency_ms' | 'response_body'> & {
  readonly retryAfter: string | null;
};

/** Makes one attempt to deliver, and notes what came of it. */
@Injectable()
export class DeliveryAttempts {
  private readonly logger = new Logger('Webhooks');

  constructor(
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly endpoints: WebhookEndpointRepository,
    private readonly attempts: WebhookAttemptRepository,
    private readonly payloads: WebhookPayloads,
    private readonly secrets: WebhookSecrets,
    private readonly outgoing: OutgoingHttp,
    private readonly health: EndpointHealth,
    private readonly meters: DeliveryMeters,
    private readonly units: UnitOfWork,
  ) {}

  /** Attempts a delivery that has waited since it was read, if it still waits. */
  async makeAnew(ctx: RequestContext, { id, endpoint_id }: WebhookDeliveryEntity): Promise<void> {
    const delivery = await this.deliveries.findAnywhere(ctx, id);
    const endpoint = await this.endpoints.findAnywhere(ctx, endpoint_id);
    if (!endpoint || delivery?.status !== 'pending') return;
    if (endpoint.status === 'enabled' || delivery.test) await this.make(ctx, endpoint, delivery);
  }

  /** Attempts a delivery; `ctx` is of this attempt alone. */
  async make(
    ctx: RequestContext,
    endpoint: WebhookEndpointEntity,
    delivery: WebhookDeliveryEntity,
  ): Promise<void> {
    const { id } = delivery;
    try {
      await this.note(ctx, endpoint, delivery, await this.send(ctx, endpoint, delivery));
    } catch (error) {
      this.logger.error({ err: error, delivery: id }, 'a webhook could not be attempted');
      const later = new Date(Date.now() + PAUSE_MS);
      await this.units.bookkeeping(ctx, () => this.deliveries.postpone(ctx, id, later));
    }
  }

  private async send(
    ctx: RequestContext,
    { id, url }: WebhookEndpointEntity,
    delivery: WebhookDeliveryEntity,
  ): Promise<Outcome> {
    const payload = await this.payloads.recent(ctx, delivery);
    if (!payload) return failure('event_deleted', 0, null);
    const body = JSON.stringify(payload);
    const secrets = await this.secrets.signing(ctx, id);
    const headers = {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'accept-encoding': 'identity',
      ...signedHeaders({ id: delivery.event_id, at: new Date(), body }, secrets),
    };
    const began = performance.now();
    const took = () => Math.round(performance.now() - began);
    try {
      const { status, retryAfter, body: answer } = await this.outgoing.post(url, headers, body);
      return {
        status_code: status,
        error: null,
        latency_ms: took(),
        response_body: excerpt(answer),
        retryAfter,
      };
    } catch (error) {
      if (!(error instanceof OutgoingFailure)) throw error;
      return failure(error.message, took(), error.body.length ? excerpt(error.body) : null);
    }
  }

  private async note(
    ctx: RequestContext,
    endpoint: WebhookEndpointEntity,
    delivery: WebhookDeliveryEntity,
    { retryAfter, ...outcome }: Outcome,
  ): Promise<void> {
    const { status_code, error } = outcome;
    const succeeded = status_code !== null && status_code >= 200 && status_code < 300;
    const id = newId('wat');
    const at = new Date();
    const step = delivery.step + 1;
    const final = succeeded || status_code === GONE || error === 'event_deleted';
    const wait = final ? null : waitAfter(step, { retryAfter });
    const status = succeeded ? 'succeeded' : wait === null ? 'failed' : 'pending';
    const { test } = delivery;
    const failingSince = await this.units.bookkeeping(ctx, async () => {
      const next_attempt_at = wait === null ? null : new Date(at.getTime() + wait);
      if (!(await this.deliveries.attempted(ctx, delivery.id, { status, step, next_attempt_at })))
        return undefined;
      const keys = { id, endpoint_id: endpoint.id, delivery_id: delivery.id };
      await this.attempts.insert(ctx, { ...keys, test, succeeded, at, ...outcome });
      return this.health.note(ctx, delivery, { succeeded, at });
    });
    // Deleted meanwhile.
    if (failingSince === undefined) return;
    this.meters.attempted(succeeded, outcome.latency_ms);
    if (status !== 'pending') this.meters.endedAs(status);
    if (!test && !succeeded)
      await this.health.judge(ctx, endpoint, { failingSince, at, gone: status_code === GONE });
  }
}

function failure(error: string, latency_ms: number, response_body: string | null): Outcome {
  return { status_code: null, error, latency_ms, response_body, retryAfter: null };
}

/** The beginning of an answer as text, without half a character at its end. */
function excerpt(body: Buffer): string {
  const text = new TextDecoder('utf-8').decode(body.subarray(0, EXCERPT_BYTES), { stream: true });
  return text.replaceAll('\0', '\uFFFD');
}
