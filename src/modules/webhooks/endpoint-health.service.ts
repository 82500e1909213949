import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { NotificationService } from '../notifications/notification.service.js';
import { ProjectService } from '../projects/project.service.js';
import { WEBHOOK_DISABLED_MAIL } from './webhook.mail.js';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import type { WebhookEndpointEntity, WebhookQueueEntity } from './webhook-endpoint.entity.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { endpointTarget } from './webhook-endpoint.service.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';

const DAY_MS = 24 * 3_600_000;
/** For how long an endpoint may fail before it is disabled. */
const PATIENCE_MS = 5 * DAY_MS;
/** Failures so far apart have nothing to do with one another: attempts are at most ten hours apart while something fails. */
const APART_MS = DAY_MS;

/** Remembers how deliveries to an endpoint go, and disables one that does not recover. */
@Injectable()
export class EndpointHealth {
  constructor(
    private readonly queues: WebhookQueueRepository,
    private readonly endpoints: WebhookEndpointRepository,
    private readonly projects: ProjectService,
    private readonly notifications: NotificationService,
    private readonly units: UnitOfWork,
    private readonly config: Config,
  ) {}

  /** Notes an attempt in the caller's unit of work; answers since when the endpoint fails, null when it does not. */
  async note(
    ctx: RequestContext,
    { id, endpoint_id, test }: WebhookDeliveryEntity,
    { succeeded, at }: { succeeded: boolean; at: Date },
  ): Promise<Date | null> {
    const queue = await this.queues.find(ctx, endpoint_id);
    if (!queue) return null;
    const changes: Partial<WebhookQueueEntity> = {};
    if (succeeded && queue.verified_at === null) Object.assign(changes, { verified_at: at, verified_by: id });
    if (!test) Object.assign(changes, succeeded ? recovered(queue, at) : failedAgain(queue, at));
    if (Object.keys(changes).length) await this.queues.update(ctx, endpoint_id, changes);
    return changes.failing_since ?? null;
  }

  /** Disables an endpoint that is gone, or has failed for too long. */
  async judge(
    ctx: RequestContext,
    endpoint: WebhookEndpointEntity,
    { failingSince, at, gone }: { failingSince: Date | null; at: Date; gone: boolean },
  ): Promise<void> {
    const tooLong = failingSince !== null && at.getTime() - failingSince.getTime() >= PATIENCE_MS;
    if (gone || tooLong) await this.disable(ctx, endpoint, gone ? 'gone' : 'failing');
  }

  private async disable(
    ctx: RequestContext,
    endpoint: WebhookEndpointEntity,
    reason: 'gone' | 'failing',
  ): Promise<void> {
    try {
      await this.units.run(ctx, { events: ['webhook_endpoint.disabled'] }, async () => {
        if (!(await this.endpoints.disable(ctx, endpoint.id, reason)))
          throw new AppError('invalid_transition');
        ctx.audit
          .inProject(endpoint.project_id)
          .change(
            endpointTarget(endpoint),
            { status: 'enabled', disabled_reason: null },
            { status: 'disabled', disabled_reason: reason },
          );
        await this.tell(ctx, endpoint, reason);
      });
    } catch (error) {
      // Another attempt was first, or somebody disabled or deleted it meanwhile.
      if (!(error instanceof AppError && error.code === 'invalid_transition')) throw error;
    }
  }

  private async tell(
    ctx: RequestContext,
    { id, project_id, url, description }: WebhookEndpointEntity,
    reason: 'gone' | 'failing',
  ): Promise<void> {
    const { name, people } = await this.projects.contacts(ctx, project_id);
    for (const person of people) {
      await this.notifications.send(ctx, {
        to: person.email,
        toName: person.name,
        userId: person.id,
        template: WEBHOOK_DISABLED_MAIL,
        data: {
          name: person.first_name,
          projectName: name,
          endpointName: description || new URL(url).host,
          endpointId: id,
          reason,
          docsUrl: `${this.config.publicUrl}/docs`,
        },
      });
    }
  }
}

/** Of many successes within a second, one is noted. */
function recovered(
  { failing_since, last_success_at }: WebhookQueueEntity,
  at: Date,
): Partial<WebhookQueueEntity> {
  const known = last_success_at !== null && at.getTime() - last_success_at.getTime() < 1_000;
  return known && failing_since === null ? {} : { last_success_at: at, failing_since: null };
}

function failedAgain({ failing_since, last_failure_at }: WebhookQueueEntity, at: Date) {
  const goesOn = last_failure_at !== null && at.getTime() - last_failure_at.getTime() < APART_MS;
  return { last_failure_at: at, failing_since: (goesOn && failing_since) || at };
}
