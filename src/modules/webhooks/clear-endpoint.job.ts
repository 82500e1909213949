import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';

/** The job that deletes what is left of an endpoint. */
export const CLEAR_ENDPOINT = 'webhooks.clear';

const BATCH = 200;

/** Deletes the deliveries of an endpoint that was deleted, in short units of work. */
@Injectable()
export class ClearEndpointJob implements JobHandler, OnModuleInit {
  readonly name = CLEAR_ENDPOINT;
  readonly maxAttempts = 100;

  constructor(
    private readonly registry: JobRegistry,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly units: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return Math.min(attempt * 10_000, 600_000);
  }

  async run(ctx: RequestContext, endpointId: string): Promise<void> {
    const some = () => this.deliveries.deleteOfEndpoint(ctx, endpointId, BATCH);
    while ((await this.units.bookkeeping(ctx, some)) === BATCH);
  }
}
