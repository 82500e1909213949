import { Injectable, Logger } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { RequestContext } from '../context/request-context.js';
import { newId } from '../database/ids.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { type JobHandler, JobRegistry } from '../jobs/job.js';
import { describeFailure, JobFailure } from '../jobs/job-failure.js';
import { Meters } from '../metrics/meters.js';
import type { OutboxJob } from './outbox.entity.js';
import { OutboxRepository } from './outbox.repository.js';

/** How long a job stays with a process that shows no sign of life. */
const LEASE_MS = 20_000;
const RENEW_MS = 5_000;
/** When a job is looked at again for which there was no room. */
const NO_ROOM_MS = 1_000;

/** Takes one job at a time from the outbox and sees it through. */
@Injectable()
export class OutboxProcessor {
  private readonly logger = new Logger('Outbox');
  /** How many of each kind this process runs, of kinds that have a limit. */
  private readonly running = new Map<string, number>();

  private readonly outcomes: Counter<'name' | 'outcome'>;

  constructor(
    private readonly rows: OutboxRepository,
    private readonly registry: JobRegistry,
    private readonly unitOfWork: UnitOfWork,
    meters: Meters,
  ) {
    this.outcomes = meters.counter(
      'bailiwick_jobs_total',
      'Runs of jobs by what came of them: succeeded, failed (to be run again), given_up.',
      ['name', 'outcome'],
    );
  }

  /**
   * Runs the job if it is due and nobody else runs it. Answers the milliseconds until it is due
   * (again), or null when there is nothing more to do here.
   */
  async process(id: string): Promise<number | null> {
    const row = await this.rows.find(context(), id);
    if (!row) return null;
    const handler = this.registry.get(row.job);
    if (!handler) {
      // While versions change, a newer instance may know the job: the row waits for it.
      this.logger.warn(`${row.job} ${id}: this process has no handler for it`);
      return null;
    }
    if (!this.enter(handler)) return NO_ROOM_MS;
    try {
      const claimed = await this.claim(id);
      if (claimed) return await this.run(handler, claimed);
    } finally {
      this.leave(handler);
    }
    // Another machine's clock, or a timer that woke early.
    return row.status === 'pending' && row.run_at.getTime() > Date.now()
      ? row.run_at.getTime() - Date.now()
      : null;
  }

  /** False when as many of the kind run already as may. */
  private enter({ name, atOnce }: JobHandler): boolean {
    if (atOnce === undefined) return true;
    const running = this.running.get(name) ?? 0;
    if (running >= atOnce) return false;
    this.running.set(name, running + 1);
    return true;
  }

  private leave({ name, atOnce }: JobHandler): void {
    if (atOnce !== undefined) this.running.set(name, this.running.get(name)! - 1);
  }

  private claim(id: string): Promise<OutboxJob | null> {
    return this.bookkeeping(async ctx =>
      (await this.rows.claim(ctx, id, new Date(), later(LEASE_MS))) ? this.rows.find(ctx, id) : null,
    );
  }

  private async run(handler: JobHandler, job: OutboxJob): Promise<number | null> {
    try {
      if (job.attempts > handler.maxAttempts)
        throw new JobFailure('the processes that ran it ended before it did');
      await this.keepingLease(job, () => handler.run(context(job.job), job.payload_id));
    } catch (error) {
      return this.failed(handler, job, error);
    }
    this.outcomes.inc({ name: job.job, outcome: 'succeeded' });
    await this.bookkeeping(ctx => this.rows.delete(ctx, job));
    return null;
  }

  private async failed(handler: JobHandler, job: OutboxJob, error: unknown): Promise<number | null> {
    const reason = describeFailure(error);
    const attempt = `${job.job} ${job.id}, attempt ${job.attempts} of ${handler.maxAttempts}: ${reason}`;
    // A failure somebody foresaw explains itself.
    const stack = error instanceof JobFailure || !(error instanceof Error) ? undefined : error.stack;
    if (job.attempts >= handler.maxAttempts || (error instanceof JobFailure && error.permanent)) {
      this.logger.error(`${attempt}; given up`, stack);
      this.outcomes.inc({ name: job.job, outcome: 'given_up' });
      await handler.gaveUp?.(context(job.job), job.payload_id, error);
      await this.bookkeeping(ctx =>
        this.rows.update(ctx, job, { status: 'failed', lease_until: null, last_error: reason }),
      );
      return null;
    }
    const wait = handler.backoff(job.attempts);
    this.outcomes.inc({ name: job.job, outcome: 'failed' });
    this.logger.warn(`${attempt}; again in ${wait / 1000} s`, ...(stack ? [stack] : []));
    await this.bookkeeping(ctx =>
      this.rows.update(ctx, job, {
        status: 'pending',
        run_at: later(wait),
        lease_until: null,
        last_error: reason,
      }),
    );
    return wait;
  }

  /** Shows signs of life while `work` lasts, so that no other process takes the job over. */
  private async keepingLease(job: OutboxJob, work: () => Promise<void>): Promise<void> {
    const timer = setInterval(() => void this.renew(job), RENEW_MS);
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
  }

  private async renew(job: OutboxJob): Promise<void> {
    try {
      await this.bookkeeping(ctx => this.rows.update(ctx, job, { lease_until: later(LEASE_MS) }));
    } catch (error) {
      this.logger.warn(`${job.job} ${job.id}: the lease could not be renewed: ${describeFailure(error)}`);
    }
  }

  /** Each change has a context of its own: a lease is renewed while the handler's unit of work is open. */
  private bookkeeping<T>(work: (ctx: RequestContext) => Promise<T>): Promise<T> {
    const ctx = context();
    return this.unitOfWork.bookkeeping(ctx, () => work(ctx));
  }
}

function context(job?: string): RequestContext {
  return RequestContext.system(job ? `job:${job}` : 'outbox', newId('req'));
}

function later(ms: number): Date {
  return new Date(Date.now() + ms);
}
