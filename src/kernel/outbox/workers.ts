import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../config/config.js';
import { RequestContext } from '../context/request-context.js';
import { newId } from '../database/ids.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { RecurringJobs } from '../jobs/recurring.js';
import { JobProcessRepository } from './job-process.repository.js';

const SIGN_MS = 10_000;
/** Who has been silent for so long is taken for gone. */
const SILENT_MS = 60_000;
const FORGOTTEN_MS = 86_400_000;

/** Signs of life of the processes that run jobs, so that one without jobs can tell whether anybody runs them. */
@Injectable()
export class Workers implements OnApplicationBootstrap {
  private readonly id = randomUUID();

  constructor(
    private readonly config: Config,
    private readonly processes: JobProcessRepository,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    // Nobody else could run the jobs of a SQLite file, so nobody asks.
    if (!this.config.runJobs || this.config.database.kind === 'sqlite') return;
    await this.sign();
    this.recurring.every('outbox.sign', SIGN_MS, () => this.sign());
  }

  /** Whether jobs are run: here, or by a process that has said so within the last minute. */
  async present(): Promise<boolean> {
    if (this.config.runJobs) return true;
    const last = await this.processes.lastSeen(context());
    return last !== null && last.getTime() > Date.now() - SILENT_MS;
  }

  private sign(): Promise<void> {
    const ctx = context();
    return this.units.bookkeeping(ctx, async () => {
      const now = Date.now();
      await this.processes.sign(ctx, { id: this.id, seen_at: new Date(now) });
      await this.processes.forgetBefore(ctx, new Date(now - FORGOTTEN_MS));
    });
  }
}

function context(): RequestContext {
  return RequestContext.system('outbox', newId('req'));
}
