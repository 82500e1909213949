import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Config } from '../config/config.js';
import { RequestContext } from '../context/request-context.js';
import { newId } from '../database/ids.js';
import { JobRegistry } from '../jobs/job.js';
import { describeFailure } from '../jobs/job-failure.js';
import { JobRunner } from '../jobs/job-runner.js';
import { RecurringJobs } from '../jobs/recurring.js';
import { OutboxProcessor } from './outbox.processor.js';
import { OutboxRepository } from './outbox.repository.js';

const SWEEP_MS = 10_000;
const SWEEP_SIZE = 500;

/** Brings outbox and runner together: starts the runner, and offers it again what it has lost. */
@Injectable()
export class OutboxDispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Outbox');

  constructor(
    private readonly config: Config,
    private readonly registry: JobRegistry,
    private readonly runner: JobRunner,
    private readonly recurring: RecurringJobs,
    private readonly processor: OutboxProcessor,
    private readonly rows: OutboxRepository,
  ) {}

  /** @throws Error when a job is scheduled that nobody handles. */
  onApplicationBootstrap(): void {
    this.registry.verify();
    if (!this.config.runJobs) return;
    this.runner.start(
      id => this.process(id),
      () =>
        void this.sweep().catch((error: unknown) => this.logger.error(`sweep: ${describeFailure(error)}`)),
    );
    this.recurring.every('outbox.sweep', SWEEP_MS, () => this.sweep());
  }

  /** Running jobs end before the connections they use do: those close in `onApplicationShutdown`. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
  }

  /** Queues what is due: most of it is queued already, the rest was left by a crash or a lost Redis. */
  async sweep(): Promise<void> {
    const ctx = RequestContext.system('outbox', newId('req'));
    for (const id of await this.rows.due(ctx, this.registry.names(), new Date(), SWEEP_SIZE)) {
      if (!(await this.runner.enqueue(id, 0))) return;
    }
  }

  /** What goes wrong round a job (the database is away) leaves its row to the next sweep. */
  private async process(id: string): Promise<number | null> {
    try {
      return await this.processor.process(id);
    } catch (error) {
      this.logger.error(`job ${id} was left as it was: ${describeFailure(error)}`, (error as Error)?.stack);
      return null;
    }
  }
}
