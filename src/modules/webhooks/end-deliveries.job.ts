import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { ProjectService } from '../projects/project.service.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';

/** The job that ends what waits in a deleted project. */
export const END_DELIVERIES = 'webhooks.end';

const BATCH = 200;

/** Ends the deliveries that wait when a project is deleted: they stay in the log as failed. */
@Injectable()
export class EndDeliveriesJob implements JobHandler, OnModuleInit {
  readonly name = END_DELIVERIES;
  readonly maxAttempts = 100;

  constructor(
    private readonly registry: JobRegistry,
    private readonly projects: ProjectService,
    private readonly endpoints: WebhookEndpointRepository,
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly units: UnitOfWork,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return Math.min(attempt * 10_000, 600_000);
  }

  async run(ctx: RequestContext, projectId: string): Promise<void> {
    for (const { id } of await this.endpoints.ofProject(ctx, projectId)) {
      for (let ended = BATCH; ended === BATCH;) {
        // Restored meanwhile, it has deliveries of its new life.
        if ((await this.projects.findForAccess(ctx, projectId))?.status !== 'deleted') return;
        ended = await this.units.bookkeeping(ctx, () => this.deliveries.endPending(ctx, id, BATCH));
      }
    }
  }
}
