import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { EventFeed, type FedEvent } from '../../kernel/facets/event-feed.port.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { DeliveryDispatcher } from './delivery-dispatcher.service.js';
import { covers, isForEndpoint, isTold } from './event-selection.js';
import type { WebhookRecoveryEntity } from './webhook-delivery.entity.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';
import { WebhookRecoveryRepository } from './webhook-recovery.repository.js';

/** The job that goes through the log for a recovery. */
export const RECOVER = 'webhooks.recover';

const PAGE = 200;
/** Then other jobs get their turn. */
const PAGES_AT_ONCE = 20;

/** Goes through the event log of a recovery, page by page, and lets go out what an endpoint did not get. */
@Injectable()
export class RecoverJob implements JobHandler, OnModuleInit {
  readonly name = RECOVER;
  readonly maxAttempts = 1_000;

  constructor(
    private readonly registry: JobRegistry,
    private readonly recoveries: WebhookRecoveryRepository,
    private readonly endpoints: WebhookEndpointRepository,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly queues: WebhookQueueRepository,
    private readonly events: EventFeed,
    private readonly dispatcher: DeliveryDispatcher,
    private readonly units: UnitOfWork,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return Math.min(attempt * 5_000, 300_000);
  }

  async run(ctx: RequestContext, recoveryId: string): Promise<void> {
    for (let page = 0; page < PAGES_AT_ONCE; page++) {
      const recovery = await this.recoveries.find(ctx, recoveryId);
      if (!recovery || !(await this.page(ctx, recovery))) return;
    }
    await this.units.bookkeeping(ctx, () => this.outbox.schedule(ctx, RECOVER, recoveryId));
  }

  /** Answers whether there is more. */
  private async page(ctx: RequestContext, recovery: WebhookRecoveryEntity): Promise<boolean> {
    const { id, project_id, endpoint_id, from_event, before_event, due_at } = recovery;
    const endpoint = await this.endpoints.find(ctx, project_id, endpoint_id);
    const span = { from: from_event, before: before_event };
    const events = endpoint ? await this.events.page(ctx, project_id, span, PAGE) : [];
    const wanted = events.filter(event => endpoint && isWanted(event, endpoint));
    const more = events.length === PAGE;
    await this.units.bookkeeping(ctx, async () => {
      const present = (await this.queues.hold(ctx, [endpoint_id])).size > 0;
      if (present && wanted.length > 0) await this.queue(ctx, recovery, wanted);
      // The smallest text that is greater.
      if (more) await this.recoveries.advance(ctx, id, `${events.at(-1)!.id}0`);
      else await this.recoveries.delete(ctx, id);
      await this.queues.wake(ctx, [endpoint_id], due_at);
    });
    this.dispatcher.nudge(endpoint_id);
    return more;
  }

  private async queue(
    ctx: RequestContext,
    { project_id, endpoint_id, due_at }: WebhookRecoveryEntity,
    events: FedEvent[],
  ): Promise<void> {
    const ids = events.map(event => event.id);
    await this.deliveries.restart(ctx, endpoint_id, ids, due_at);
    const missing = events.map(({ id, type }) => ({ endpointId: endpoint_id, eventId: id, type }));
    await this.deliveries.insertMissing(ctx, project_id, missing, { at: due_at, inOrder: true });
  }
}

function isWanted(event: FedEvent, { id, event_types }: { id: string; event_types: string[] }): boolean {
  return isTold(event.type) && covers(event_types, event.type) && isForEndpoint(event, id);
}
