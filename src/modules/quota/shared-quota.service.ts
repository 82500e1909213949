import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { within } from '../../kernel/jobs/deadline.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { DatabaseQuotaStore } from './database-quota.store.js';
import { lot, merged, sumOf, type QuotaAnswer, type QuotaStore } from './quota-store.js';
import type { QuotaWindow } from './quota-window.js';
import { RedisQuotaStore } from './redis-quota.store.js';

const DATABASE_MS = 2_000;
const CLEAN_UP_MS = 60_000;
/** Lots double while a process asks this often. */
const BUSY_MS = 250;
/** After Redis returned, how long both stores must agree: longer than processes differ in noticing it. */
const SETTLING_MS = 4_000;
const NOBODY: ReadonlyMap<string, number> = new Map();

/**
 * Takes quota for this process from what all processes share: in Redis, or in the database where there is no
 * Redis or while it is away. When neither answers, the process goes by what it knew last.
 */
@Injectable()
export class SharedQuota implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('UsageLimits');
  private readonly redis: RedisQuotaStore | null;

  constructor(
    config: Config,
    private readonly database: DatabaseQuotaStore,
    private readonly recurring: RecurringJobs,
  ) {
    const { redisUrl, redisPrefix } = config;
    this.redis = redisUrl ? new RedisQuotaStore(redisUrl, redisPrefix, database.processId) : null;
  }

  onApplicationBootstrap(): void {
    this.recurring.every('usage.quotas', CLEAN_UP_MS, () => this.database.deleteOld(Date.now()));
  }

  onApplicationShutdown(): void {
    this.redis?.close();
  }

  /**
   * Takes at least `need` for the window, or nothing; `need` 0 only asks what the others have taken. One call
   * at a time for a window.
   */
  async take(window: QuotaWindow, need: number, limit: number): Promise<boolean> {
    const now = Date.now();
    window.limit = limit;
    const connection = this.redis?.connection?.number ?? -1;
    const request = { ...requestOf(window), need, want: Math.max(need, this.nextLot(window, now)), limit };
    const answers: QuotaAnswer[] = [];
    for (const store of this.storesFor(window, now)) {
      // Redis alone knows all; the database, what Redis knew before it went away.
      const known = answers[0]?.others ?? (store === this.database ? window.othersBy : NOBODY);
      const answer = await this.ask(() => store.take(request, known));
      if (answer) answers.push(answer);
      // It was in Redis alone. From now on Redis counts as away.
      else if (store !== this.database && answers.length === 0) return this.take(window, need, limit);
    }
    if (answers.length > 0) {
      window.othersBy = answers.map(answer => answer.others).reduce(merged);
      window.others = sumOf(window.othersBy);
    }
    if (connection === this.redis?.connection?.number) window.connection = connection;
    const granted = answers.length
      ? Math.min(...answers.map(answer => answer.granted))
      : lot(limit - window.others - window.taken, need, request.want);
    if (granted === 0) return false;
    window.taken += granted;
    window.takenAt = now;
    window.lot = granted;
    return true;
  }

  /** Notes in the database what was taken elsewhere since the last time. */
  async record(windows: readonly QuotaWindow[]): Promise<void> {
    if (!this.redis) return;
    const changed = windows.filter(window => window.taken !== window.recorded);
    if (changed.length === 0) return;
    const quotas = changed.map(requestOf);
    await this.database.record(quotas);
    changed.forEach((window, index) => (window.recorded = quotas[index]!.taken));
  }

  /** Gives back what was taken and not spent. Not while one of the windows is being taken for. */
  async giveBack(windows: readonly QuotaWindow[]): Promise<void> {
    const unspent = windows.filter(window => window.taken > window.used);
    if (unspent.length === 0) return;
    for (const window of unspent) window.taken = window.used;
    const report = { need: 0, want: 0, limit: 0 };
    await this.database.record(unspent.map(requestOf));
    if (!this.redis?.connection) return;
    // What Redis misses, it learns at the next request.
    await Promise.allSettled(
      unspent.map(window => this.redis!.take({ ...requestOf(window), ...report }, NOBODY)),
    );
  }

  /** Alone, nobody waits for what is left of a lot. Among others, lots begin small and grow with the demand. */
  private nextLot(window: QuotaWindow, now: number): number {
    if (!this.redis) return Infinity;
    return now - window.takenAt < BUSY_MS ? window.lot * 2 : 1;
  }

  /**
   * Redis alone, once it surely knows what was counted while it was away. Until then both must agree, so that
   * processes that notice its return at different moments still share one quota.
   */
  private storesFor(window: QuotaWindow, now: number): QuotaStore[] {
    const connection = this.redis?.connection;
    if (!connection) return [this.database];
    const knows = window.connection === connection.number || window.startsAt > connection.since;
    const settled = now - connection.since > SETTLING_MS;
    return knows && settled ? [this.redis!] : [this.database, this.redis!];
  }

  private async ask(question: () => Promise<QuotaAnswer>): Promise<QuotaAnswer | null> {
    try {
      return await within(DATABASE_MS, question());
    } catch (error) {
      this.logger.debug({ err: error }, 'a store of quotas does not answer');
      return null;
    }
  }
}

function requestOf({ organizationId, policy, period, taken }: QuotaWindow) {
  return { organizationId, policy, period, taken };
}
