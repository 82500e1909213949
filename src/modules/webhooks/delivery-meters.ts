import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { Meters } from '../../kernel/metrics/meters.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';

/** In seconds; an attempt takes 15 at most. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** What Prometheus is told of deliveries. */
@Injectable()
export class DeliveryMeters {
  private readonly attempts;
  private readonly ended;
  private readonly durations;

  constructor(meters: Meters, queues: WebhookQueueRepository) {
    this.attempts = meters.counter('bailiwick_webhook_attempts_total', 'Attempts to deliver a webhook.', [
      'outcome',
    ]);
    this.ended = meters.counter('bailiwick_webhook_deliveries_total', 'Deliveries that have ended.', [
      'outcome',
    ]);
    this.durations = meters.histogram(
      'bailiwick_webhook_duration_seconds',
      'From the beginning of an attempt to the end of the answer.',
      BUCKETS,
    );
    meters.gauge(
      'bailiwick_webhook_oldest_due_seconds',
      'How long the endpoint that has waited longest has had something due.',
      async () => {
        const now = new Date();
        const due = await queues.oldestDue(RequestContext.system('metrics', newId('req')), now);
        return due ? (now.getTime() - due.getTime()) / 1000 : 0;
      },
    );
  }

  attempted(succeeded: boolean, latencyMs: number): void {
    this.attempts.inc({ outcome: succeeded ? 'succeeded' : 'failed' });
    this.durations.observe(latencyMs / 1000);
  }

  endedAs(outcome: 'succeeded' | 'failed'): void {
    this.ended.inc({ outcome });
  }
}
