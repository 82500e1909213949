import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { SessionRepository } from './session.repository.js';
import { UserTokenRepository } from './user-token.repository.js';

const PURGE_EVERY_MS = 60 * 60 * 1000;
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const BATCH = 500;

/**
 * Deletes the sessions and mailed tokens that nobody ended or used, a week after they expired; the others go
 * when they are ended or used. Nothing is lost with them: the last sign-in stands with the user, the rest in
 * the event log.
 */
@Injectable()
export class ExpiredCredentials implements OnApplicationBootstrap {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly tokens: UserTokenRepository,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('credentials.purge', PURGE_EVERY_MS, () => this.purge(new Date()));
  }

  /** Deletes what expired more than a week before `now`. */
  async purge(now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEPT_MS);
    await this.inBatches(ctx => this.sessions.deleteExpired(ctx, before, BATCH));
    await this.inBatches(ctx => this.tokens.deleteExpired(ctx, before, BATCH));
  }

  /** Each batch in a transaction of its own, so that nobody who writes waits for all of them. */
  private async inBatches(deleteBatch: (ctx: RequestContext) => Promise<number>): Promise<void> {
    const ctx = RequestContext.system('job:credentials.purge', newId('req'));
    let found: number;
    do found = await this.units.bookkeeping(ctx, () => deleteBatch(ctx));
    while (found === BATCH);
  }
}
