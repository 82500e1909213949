import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { EventFeed } from '../../kernel/facets/event-feed.port.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { DeliveryDispatcher } from './delivery-dispatcher.service.js';
import { covers, isForEndpoint } from './event-selection.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';

/** The job that fans one event out; the payload is the event's id. */
export const FAN_OUT = 'webhooks.fan_out';

/** Makes of a committed event one delivery for each endpoint that wants to know of it. */
@Injectable()
export class FanOutJob implements JobHandler, OnModuleInit {
  readonly name = FAN_OUT;
  /** It touches nothing but the database, so whatever makes it fail passes. */
  readonly maxAttempts = 1_000;

  constructor(
    private readonly registry: JobRegistry,
    private readonly events: EventFeed,
    private readonly endpoints: WebhookEndpointRepository,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly queues: WebhookQueueRepository,
    private readonly dispatcher: DeliveryDispatcher,
    private readonly units: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return Math.min(attempt * 5_000, 300_000);
  }

  async run(ctx: RequestContext, eventId: string): Promise<void> {
    const event = await this.events.find(ctx, eventId);
    if (!event) return;
    const { projectId, type } = event;
    const receivers = (await this.endpoints.enabledOf(ctx, projectId))
      .filter(({ id, event_types }) => covers(event_types, type) && isForEndpoint(event, id))
      .map(({ id }) => id);
    if (receivers.length === 0) return;
    const now = new Date();
    await this.units.bookkeeping(ctx, async () => {
      const present = [...(await this.queues.hold(ctx, receivers))];
      const deliveries = present.map(endpointId => ({ endpointId, eventId, type }));
      await this.deliveries.insertMissing(ctx, projectId, deliveries, { at: now, inOrder: false });
      await this.queues.wake(ctx, present, now);
    });
    for (const id of receivers) this.dispatcher.nudge(id);
  }
}
