import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { within } from '../../kernel/jobs/deadline.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { QuotaRepository } from './quota.repository.js';
import { type Limits, periodAt, type Quota, type QuotaPolicy, QuotaWindow } from './quota-window.js';
import { RedisQuota } from './redis-quota.js';

const RECORD_MS = 1_000;
const CLEAN_UP_MS = 60_000;
const DATABASE_MS = 2_000;

/** Which limit a request met, and when it may be tried again. */
export interface QuotaRefusal {
  readonly policy: QuotaPolicy;
  readonly limit: number;
  readonly resetsAt: Date;
  readonly retryAfterSeconds: number;
}

/**
 * The subscription's limits: requests per calendar minute and per UTC day, shared by all keys of an
 * organization. A refused request costs nothing.
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
   * Spends `cost` requests of the organization's quota, or nothing when a limit is met. Answers the refusal,
   * or null; a promise only when somebody else must be asked.
   */
  consume(
    organizationId: string,
    limits: Limits,
    cost = 1,
  ): QuotaRefusal | null | Promise<QuotaRefusal | null> {
    const quota = this.quotaOf(organizationId, Date.now());
    const known = quota.minute.complete && quota.day.complete;
    if (known && (!this.redis?.answering || fullWindow(quota, limits, cost)))
      return spend(quota, limits, cost);
    return this.askAndSpend(quota, limits, cost);
  }

  /** The windows as this process knows them, without asking anybody. */
  standing(organizationId: string, now: number): Readonly<Quota> {
    return this.quotaOf(organizationId, now);
  }

  /** The requests of all processes in the windows that run now. */
  async current(organizationId: string, limits: Limits): Promise<Readonly<Quota>> {
    const quota = this.quotaOf(organizationId, Date.now());
    await this.askAndSpend(quota, limits, 0);
    return quota;
  }

  /** Writes what was not written yet; when the process ends, after its last request. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.recording;
    await this.record(Date.now());
  }

  private async askAndSpend(quota: Quota, limits: Limits, cost: number): Promise<QuotaRefusal | null> {
    await this.complete(quota.minute);
    await this.complete(quota.day);
    if (this.redis?.answering && (await this.redis.spend(quota, limits, cost))) return null;
    // Redis has refused, as the windows now know, or it is away.
    return spend(quota, limits, cost);
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

  private quotaOf(organizationId: string, now: number): Quota {
    const known = this.quotas.get(organizationId);
    if (known && now >= known.minute.startsAt && now < known.minute.endsAt) return known;
    const begin = (policy: QuotaPolicy) =>
      new QuotaWindow(organizationId, policy, periodAt(policy, now), this.startedAt);
    const day = known?.day.period === periodAt('day', now) ? known.day : begin('day');
    const quota = { minute: begin('minute'), day };
    this.quotas.set(organizationId, quota);
    return quota;
  }

  /** Writes down what was spent since the last time, and forgets what is over. */
  private async record(now: number): Promise<void> {
    const changed: QuotaWindow[] = [];
    for (const [organizationId, { minute, day }] of this.quotas) {
      if (day.endsAt <= now) this.quotas.delete(organizationId);
      else changed.push(...[minute, day].filter(w => w.endsAt > now && w.spentHere !== w.recorded));
    }
    if (changed.length === 0) return;
    const spent = changed.map(window => window.spentHere);
    const ctx = context();
    try {
      await this.units.bookkeeping(ctx, () => this.repository.record(ctx, this.processId, changed), 'soon');
      changed.forEach((window, index) => (window.recorded = spent[index]!));
    } catch (error) {
      this.logger.debug({ err: error }, 'the quota in use could not be recorded; it will be next time');
    }
  }

  /** Deletes what no running period needs. */
  private async deleteOld(now: number): Promise<void> {
    const ctx = context();
    await this.units.bookkeeping(ctx, async () => {
      await this.repository.deleteBefore(ctx, 'minute', periodAt('minute', now) - 5);
      await this.repository.deleteBefore(ctx, 'day', periodAt('day', now) - 1);
    });
  }
}

function context(): RequestContext {
  return RequestContext.system('quota', newId('req'));
}

/** Spends in both windows, or in none and says which is full. */
function spend(quota: Quota, limits: Limits, cost: number): QuotaRefusal | null {
  const full = fullWindow(quota, limits, cost);
  if (full) return refusal(full, limits, Date.now());
  quota.minute.spend(cost);
  quota.day.spend(cost);
  return null;
}

function fullWindow({ minute, day }: Quota, limits: Limits, cost: number): QuotaWindow | null {
  if (minute.spent + cost > limits.requests_per_minute) return minute;
  return day.spent + cost > limits.requests_per_day ? day : null;
}

function refusal(window: QuotaWindow, limits: Limits, now: number): QuotaRefusal {
  return {
    policy: window.policy,
    limit: window.policy === 'minute' ? limits.requests_per_minute : limits.requests_per_day,
    resetsAt: new Date(window.endsAt),
    retryAfterSeconds: window.secondsLeft(now),
  };
}
