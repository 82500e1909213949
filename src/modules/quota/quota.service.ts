import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { within } from '../../kernel/jobs/deadline.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { QuotaRepository } from './quota.repository.js';
import {
  type Limits,
  periodAt,
  type Quota,
  type QuotaHolder,
  type QuotaPolicy,
  type QuotaScope,
  QuotaWindow,
  type Standing,
  tightest,
} from './quota-window.js';
import { RedisQuota } from './redis-quota.js';

const RECORD_MS = 1_000;
const CLEAN_UP_MS = 60_000;
const DATABASE_MS = 2_000;
const BATCH = 200;

/** Which limit a request met, and when it may be tried again. */
export interface QuotaRefusal {
  readonly scope: QuotaScope;
  readonly policy: QuotaPolicy;
  readonly limit: number;
  readonly resetsAt: Date;
  readonly retryAfterSeconds: number;
}

/** A holder with the windows that run now. */
type Account = QuotaHolder & Standing;

/**
 * The subscription's limits: requests per calendar minute and per UTC day, shared by all keys of an
 * organization; and within them those of single keys. A refused request costs nothing.
 *
 * Redis counts for all processes. Without it, or while it is away, each process counts for itself, from what it
 * knew last. Once a second each writes to the database what it has spent, for one purpose: that a process that
 * starts goes on from there.
 */
@Injectable()
export class QuotaService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Quota');
  private readonly redis: RedisQuota | null;
  private readonly processId = randomBytes(9).toString('base64url');
  private readonly startedAt = Date.now();
  private readonly quotas = new Map<string, Quota>();
  private readonly completing = new Map<QuotaWindow, Promise<void>>();
  private recording = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    { redisUrl, redisPrefix }: Config,
    private readonly repository: QuotaRepository,
    private readonly units: UnitOfWork,
    private readonly recurring: RecurringJobs,
  ) {
    this.redis = redisUrl ? new RedisQuota(redisUrl, redisPrefix) : null;
  }

  onApplicationBootstrap(): void {
    this.recurring.every('usage.quotas', CLEAN_UP_MS, () => this.deleteOld(Date.now()));
    this.timer = setInterval(() => {
      this.recording = this.recording.then(() => this.record(Date.now()));
    }, RECORD_MS).unref();
  }

  onApplicationShutdown(): void {
    this.redis?.close();
  }

  /**
   * Spends `cost` requests of every holder's quota, or nothing when a limit is met. Answers the refusal,
   * or null; a promise only when somebody else must be asked.
   */
  consume(holders: readonly QuotaHolder[], cost = 1): QuotaRefusal | null | Promise<QuotaRefusal | null> {
    const accounts = this.accountsOf(holders);
    const known = accounts.every(({ quota: { minute, day } }) => minute.complete && day.complete);
    if (known && (!this.redis?.answering || fullWindow(accounts, cost))) return spend(accounts, cost);
    return this.askAndSpend(accounts, cost);
  }

  /** The windows as this process knows them, without asking anybody. */
  standing(holderId: string, now: number): Readonly<Quota> {
    return this.quotaOf(holderId, now);
  }

  /** What leaves the least of several holders, as this process knows it. */
  tightest(holders: readonly QuotaHolder[], now: number): Standing {
    if (holders.length === 1) {
      const [{ id, limits }] = holders as [QuotaHolder];
      return { limits, quota: this.quotaOf(id, now) };
    }
    return tightest(holders.map(({ id, limits }) => ({ limits, quota: this.quotaOf(id, now) })));
  }

  /** The requests of all processes in the windows that run now. */
  async current(organizationId: string, limits: Limits): Promise<Readonly<Quota>> {
    const accounts = this.accountsOf([{ scope: 'organization', id: organizationId, limits }]);
    await this.askAndSpend(accounts, 0);
    return accounts[0]!.quota;
  }

  /** Writes what was not written yet; when the process ends, after its last request. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.recording;
    await this.record(Date.now());
  }

  /** Deletes what no period that runs at `now` needs. */
  async deleteOld(now: number): Promise<void> {
    await this.deleteBefore('minute', periodAt('minute', now) - 5);
    await this.deleteBefore('day', periodAt('day', now) - 1);
  }

  private accountsOf(holders: readonly QuotaHolder[]): Account[] {
    const now = Date.now();
    return holders.map(({ scope, id, limits }) => ({ scope, id, limits, quota: this.quotaOf(id, now) }));
  }

  private async askAndSpend(accounts: readonly Account[], cost: number): Promise<QuotaRefusal | null> {
    for (const { quota } of accounts) {
      await this.complete(quota.minute);
      await this.complete(quota.day);
    }
    if (this.redis?.answering && (await this.redis.spend(accounts, cost))) return null;
    // Redis has refused, as the windows now know, or it is away.
    return spend(accounts, cost);
  }

  /** Learns from the database what was spent before this process started. */
  private complete(window: QuotaWindow): Promise<void> {
    let running = window.complete ? Promise.resolve() : this.completing.get(window);
    if (!running) {
      running = this.learnEarlier(window).finally(() => this.completing.delete(window));
      this.completing.set(window, running);
    }
    return running;
  }

  private async learnEarlier(window: QuotaWindow): Promise<void> {
    try {
      const others = await within(
        DATABASE_MS,
        this.repository.spentByOthers(context(), this.processId, window),
      );
      window.spent = Math.max(window.spent, others + window.spentHere);
      window.complete = true;
    } catch (error) {
      this.logger.debug({ err: error }, 'what was spent before could not be read; the next request will try');
    }
  }

  private quotaOf(holderId: string, now: number): Quota {
    const known = this.quotas.get(holderId);
    if (known && now >= known.minute.startsAt && now < known.minute.endsAt) return known;
    const begin = (policy: QuotaPolicy) =>
      new QuotaWindow(holderId, policy, periodAt(policy, now), this.startedAt);
    const day = known?.day.period === periodAt('day', now) ? known.day : begin('day');
    const quota = { minute: begin('minute'), day };
    this.quotas.set(holderId, quota);
    return quota;
  }

  /** Writes down what was spent since the last time, and forgets what is over. */
  private async record(now: number): Promise<void> {
    const changed: QuotaWindow[] = [];
    for (const [holderId, { minute, day }] of this.quotas) {
      if (day.endsAt <= now) this.quotas.delete(holderId);
      else changed.push(...[minute, day].filter(w => w.endsAt > now && w.spentHere !== w.recorded));
    }
    if (changed.length === 0) return;
    const spent = changed.map(window => window.spentHere);
    try {
      await this.units.writeBehind(batch => this.repository.record(batch, this.processId, changed));
      changed.forEach((window, index) => (window.recorded = spent[index]!));
    } catch (error) {
      this.logger.debug({ err: error }, 'the quota in use could not be recorded; it will be next time');
    }
  }

  /** Each batch in a transaction of its own, so that nobody who writes waits for all of them. */
  private async deleteBefore(policy: QuotaPolicy, period: number): Promise<void> {
    const ctx = context();
    let found: number;
    do
      found = await this.units.bookkeeping(ctx, () =>
        this.repository.deleteBefore(ctx, policy, period, BATCH),
      );
    while (found === BATCH);
  }
}

function context(): RequestContext {
  return RequestContext.system('quota', newId('req'));
}

/** Spends in all windows, or in none and says which is full. */
function spend(accounts: readonly Account[], cost: number): QuotaRefusal | null {
  const full = fullWindow(accounts, cost);
  if (full) return refusal(full, Date.now());
  for (const { quota } of accounts) {
    quota.minute.spend(cost);
    quota.day.spend(cost);
  }
  return null;
}

interface FullWindow {
  readonly scope: QuotaScope;
  readonly window: QuotaWindow;
  readonly limit: number;
}

/** Of full windows the minute's, which begins anew first; of those the organization's, which stands first. */
function fullWindow(accounts: readonly Account[], cost: number): FullWindow | null {
  for (const { scope, quota, limits } of accounts) {
    const limit = limits.requests_per_minute;
    if (quota.minute.spent + cost > limit) return { scope, window: quota.minute, limit };
  }
  for (const { scope, quota, limits } of accounts) {
    const limit = limits.requests_per_day;
    if (quota.day.spent + cost > limit) return { scope, window: quota.day, limit };
  }
  return null;
}

function refusal({ scope, window, limit }: FullWindow, now: number): QuotaRefusal {
  return {
    scope,
    policy: window.policy,
    limit,
    resetsAt: new Date(window.endsAt),
    retryAfterSeconds: window.secondsLeft(now),
  };
}
