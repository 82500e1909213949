import { Injectable } from '@nestjs/common';
import { RequestContext } from '../context/request-context.js';
import { newId } from '../database/ids.js';
import { JobRegistry } from '../jobs/job.js';
import { JobRunner } from '../jobs/job-runner.js';
import { OutboxRepository } from './outbox.repository.js';

/** What must happen after commit: written with its cause in one transaction, done by a job. */
@Injectable()
export class Outbox {
  constructor(
    private readonly rows: OutboxRepository,
    private readonly registry: JobRegistry,
    private readonly runner: JobRunner,
  ) {}

  /**
   * Schedules a job in the open unit of work: it runs, once that has committed, at least once.
   * @throws Error outside a unit of work, or when nobody handles such jobs.
   */
  async schedule(
    ctx: RequestContext,
    job: string,
    payloadId: string,
    { delayMs = 0 }: { delayMs?: number } = {},
  ): Promise<void> {
    if (!this.registry.get(job)) throw new Error(`no handler is registered for job ${job}`);
    const now = new Date();
    const id = newId('job');
    await this.rows.insert(ctx, {
      id,
      job,
      payload_id: payloadId,
      status: 'pending',
      attempts: 0,
      run_at: new Date(now.getTime() + delayMs),
      lease_until: null,
      last_error: null,
      created_at: now,
    });
    ctx.unit!.onCommit(() => void this.runner.enqueue(id, delayMs));
  }

  /** How long, in seconds, the oldest pending job has been due; 0 when none waits. */
  async oldestPendingSeconds(): Promise<number> {
    const due = await this.rows.oldestPending(RequestContext.system('outbox', newId('req')));
    return due ? Math.max(0, (Date.now() - due.getTime()) / 1000) : 0;
  }
}
