import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { periodAt, QuotaWindow, type QuotaPolicy } from './quota-window.js';
import { SharedQuota } from './shared-quota.service.js';

const TICK_MS = 500;
/** After a refusal, how long nobody asks again: quota comes back only when others give some back. */
const REFUSED_MS = 200;

/** An organization's subscription. */
export interface Limits {
  readonly requests_per_minute: number;
  readonly requests_per_day: number;
}

/** Which limit a request met, and when it may be tried again. */
export interface QuotaRefusal {
  readonly policy: QuotaPolicy;
  readonly limit: number;
  readonly resetsAt: Date;
  readonly retryAfterSeconds: number;
}

/** The windows of one organization that run now. */
export interface Quota {
  minute: QuotaWindow;
  day: QuotaWindow;
}

interface Refused {
  readonly until: number;
  readonly cost: number;
  readonly limit: number;
}

/**
 * The subscription's limits: requests per calendar minute and per UTC day, shared by all keys of an
 * organization and by all processes. A refused request costs nothing.
 */
@Injectable()
export class UsageLimits implements OnApplicationBootstrap {
  private readonly logger = new Logger('UsageLimits');
  private readonly quotas = new Map<string, Quota>();
  private readonly taking = new Map<QuotaWindow, Promise<unknown>>();
  private readonly refused = new WeakMap<QuotaWindow, Refused>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly shared: SharedQuota) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tick(Date.now()), TICK_MS).unref();
  }

  /**
   * Spends `cost` requests of the organization's quota, or nothing when a limit is met. Answers the refusal,
   * or null. Mostly at once: a promise only when this process must take more of the shared quota.
   */
  consume(
    organizationId: string,
    limits: Limits,
    cost = 1,
  ): QuotaRefusal | null | Promise<QuotaRefusal | null> {
    const quota = this.quotaOf(organizationId, Date.now());
    return spend(quota, limits, cost) ? null : this.takeAndSpend(organizationId, limits, cost);
  }

  /** The windows as this process knows them, without asking anybody. */
  standing(organizationId: string, now: number): Readonly<Quota> {
    return this.quotaOf(organizationId, now);
  }

  /** The requests of all processes in the windows that run now. */
  async current(organizationId: string, limits: Limits): Promise<Readonly<Quota>> {
    const quota = this.quotaOf(organizationId, Date.now());
    await this.take(quota.minute, 0, limits.requests_per_minute);
    await this.take(quota.day, 0, limits.requests_per_day);
    return quota;
  }

  /** Gives back what was not spent; when the process ends, after its last request. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await Promise.allSettled(this.taking.values());
    await this.shared.giveBack([...this.quotas.values()].flatMap(quota => [quota.minute, quota.day]));
  }

  private async takeAndSpend(
    organizationId: string,
    limits: Limits,
    cost: number,
  ): Promise<QuotaRefusal | null> {
    for (;;) {
      const now = Date.now();
      const quota = this.quotaOf(organizationId, now);
      if (spend(quota, limits, cost)) return null;
      const policy = quota.minute.has(cost, limits.requests_per_minute) ? 'day' : 'minute';
      const window = quota[policy];
      const limit = policy === 'minute' ? limits.requests_per_minute : limits.requests_per_day;
      if (this.isRefused(window, limit, cost, now)) return refusal(window, limit, now);
      await this.take(window, cost, limit);
    }
  }

  /** Takes quota for a window; whoever comes meanwhile waits, and then looks whether it was enough. */
  private async take(window: QuotaWindow, need: number, limit: number): Promise<void> {
    const running = this.taking.get(window);
    if (running) return void (await running);
    const take = this.shared.take(window, need, limit);
    this.taking.set(window, take);
    try {
      const taken = await take;
      if (!taken && need > 0) this.refused.set(window, { until: Date.now() + REFUSED_MS, cost: need, limit });
    } finally {
      this.taking.delete(window);
    }
  }

  private isRefused(window: QuotaWindow, limit: number, cost: number, now: number): boolean {
    const refused = this.refused.get(window);
    return refused !== undefined && now < refused.until && cost >= refused.cost && limit === refused.limit;
  }

  private quotaOf(organizationId: string, now: number): Quota {
    let quota = this.quotas.get(organizationId);
    if (quota && now >= quota.minute.startsAt && now < quota.minute.endsAt) return quota;
    const minute = new QuotaWindow(organizationId, 'minute', periodAt('minute', now));
    const day =
      quota && quota.day.period === periodAt('day', now)
        ? quota.day
        : new QuotaWindow(organizationId, 'day', periodAt('day', now));
    quota = { minute, day };
    this.quotas.set(organizationId, quota);
    return quota;
  }

  /** Tells the database what was taken, lets others have what lies idle, and forgets what is over. */
  private async tick(now: number): Promise<void> {
    const windows: QuotaWindow[] = [];
    for (const [organizationId, { minute, day }] of this.quotas) {
      if (day.endsAt < now) this.quotas.delete(organizationId);
      else windows.push(...[minute, day].filter(window => window.endsAt > now && !this.taking.has(window)));
    }
    try {
      await this.shared.record(windows);
      await this.shared.giveBack(
        windows.filter(
          window => isScarce(window) && window.takenAt < now - TICK_MS && !this.taking.has(window),
        ),
      );
    } catch (error) {
      this.logger.debug({ err: error }, 'the quota in use could not be recorded; it will be next time');
    }
  }
}

/** Whether other processes may soon miss what lies idle here. */
function isScarce({ others, taken, limit }: QuotaWindow): boolean {
  return others > 0 && (others + taken) * 2 > limit;
}

function spend({ minute, day }: Quota, limits: Limits, cost: number): boolean {
  if (!minute.has(cost, limits.requests_per_minute) || !day.has(cost, limits.requests_per_day)) return false;
  minute.used += cost;
  day.used += cost;
  return true;
}

function refusal(window: QuotaWindow, limit: number, now: number): QuotaRefusal {
  return {
    policy: window.policy,
    limit,
    resetsAt: new Date(window.endsAt),
    retryAfterSeconds: window.secondsLeft(now),
  };
}
