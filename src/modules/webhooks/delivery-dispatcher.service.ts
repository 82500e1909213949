import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { within } from '../../kernel/jobs/deadline.js';
import { describeFailure } from '../../kernel/jobs/job-failure.js';
import { STOP_DEADLINE_MS } from '../../kernel/jobs/job-runner.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { ProjectService } from '../projects/project.service.js';
import { DeliveryAttempts } from './delivery-attempts.service.js';
import { DeliverySlots } from './delivery-slots.js';
import { EndpointPump, type PumpParts } from './endpoint-pump.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';
import { WebhookQueueRepository } from './webhook-queue.repository.js';

const SWEEP_MS = 1_000;
/** How many endpoints one process looks after at once. */
const MOST_PUMPS = 500;
/** How many attempts are under way in one process; and for one project: what all its endpoints may have at once. */
const MOST_ATTEMPTS = 1_000;
const MOST_ATTEMPTS_OF_PROJECT = 200;

/**
 * Sees to it that what is due goes out. Apart from the job runner, whose few places are for short work: a receiver may take
 * fifteen seconds. Which process delivers to which endpoint is decided by leases; what is due, by rows alone.
 */
@Injectable()
export class DeliveryDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Webhooks');
  private readonly owner = newId('req');
  private readonly pumps = new Map<string, { pump: EndpointPump; done: Promise<void> }>();
  private readonly parts: PumpParts;
  private stopping = false;

  constructor(
    private readonly config: Config,
    private readonly recurring: RecurringJobs,
    private readonly queues: WebhookQueueRepository,
    endpoints: WebhookEndpointRepository,
    deliveries: WebhookDeliveryRepository,
    projects: ProjectService,
    attempts: DeliveryAttempts,
    units: UnitOfWork,
  ) {
    const slots = new DeliverySlots(MOST_ATTEMPTS, MOST_ATTEMPTS_OF_PROJECT);
    this.parts = { endpoints, deliveries, queues, projects, attempts, slots, units, logger: this.logger };
  }

  onApplicationBootstrap(): void {
    this.recurring.every('webhooks.sweep', SWEEP_MS, () => this.sweep());
  }

  /** What is under way is waited for; everything else stays with its rows. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    for (const { pump } of this.pumps.values()) pump.stop();
    const all = [...this.pumps.values()].map(({ done }) => done);
    await within(STOP_DEADLINE_MS, Promise.all(all)).catch(() =>
      this.logger.warn(`stopped with ${this.pumps.size} endpoints in work; others go on with them`),
    );
  }

  /** Looks after an endpoint now, unless another process does. Does nothing in a process that runs no jobs. */
  nudge(endpointId: string): void {
    if (!this.config.runJobs || this.stopping) return;
    const running = this.pumps.get(endpointId);
    if (running) return running.pump.nudge();
    // The sweep comes round to it.
    if (this.pumps.size >= MOST_PUMPS) return;
    const pump = new EndpointPump(this.parts, endpointId, this.owner);
    this.pumps.set(endpointId, { pump, done: this.run(endpointId, pump) });
  }

  /** Looks after every endpoint for which something is due. */
  async sweep(): Promise<void> {
    const room = MOST_PUMPS - this.pumps.size;
    if (room <= 0) return;
    const ctx = RequestContext.system('job:webhooks.sweep', newId('req'));
    for (const id of await this.queues.due(ctx, new Date(), room)) this.nudge(id);
  }

  private async run(endpointId: string, pump: EndpointPump): Promise<void> {
    try {
      await pump.run();
    } catch (error) {
      this.logger.error(`deliveries to ${endpointId} were interrupted: ${describeFailure(error)}`);
    } finally {
      this.pumps.delete(endpointId);
    }
  }
}
