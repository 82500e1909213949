import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { QuotaAnswer, QuotaRequest, QuotaStore } from './quota-store.js';

const ANSWER_MS = 300;
const LONGEST_RECONNECT_MS = 500;
const LOG_EVERY_MS = 30_000;
/** How much longer than its period a quota is kept, in seconds. */
const KEPT_LONGER_S = 120;

// KEYS[1] a hash: process → taken. ARGV: process, taken, need, want, limit, seconds to keep, then what is
// known of other processes. Grants as `lot` in quota-store.ts does, and answers the grant and the hash.
const TAKE = `
for i = 7, #ARGV, 2 do
  local known = tonumber(redis.call('HGET', KEYS[1], ARGV[i]))
  if not known or known < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[6])
local all = redis.call('HGETALL', KEYS[1])
local left = tonumber(ARGV[5])
for i = 2, #all, 2 do left = left - tonumber(all[i]) end
local need, want, granted = tonumber(ARGV[3]), tonumber(ARGV[4]), 0
if need > 0 and left >= need then granted = math.max(need, math.min(want, math.floor(left / 100))) end
if granted > 0 then redis.call('HINCRBY', KEYS[1], ARGV[1], granted) end
return {granted, all}`;

type Take = (key: string, ...args: (string | number)[]) => Promise<[number, string[]]>;

/** The quota in Redis, shared by all processes. Redis may be away, or come back empty, at any time. */
export class RedisQuotaStore implements QuotaStore {
  private readonly logger = new Logger('UsageLimits');
  private readonly redis: Redis;
  private loggedAt = -Infinity;
  /** Since when Redis has answered, in milliseconds since 1970; null while it is away. */
  private since: number | null = null;
  private count = 0;

  constructor(
    url: string,
    private readonly prefix: string,
    private readonly processId: string,
  ) {
    this.redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_MS,
      connectTimeout: 2_000,
      retryStrategy: times => Math.min(times * 50, LONGEST_RECONNECT_MS),
    });
    this.redis.defineCommand('takeQuota', { numberOfKeys: 1, lua: TAKE });
    this.redis.on('ready', () => this.returned());
    this.redis.on('close', () => (this.since = null));
    this.redis.on('error', (error: Error) => this.report(error));
  }

  /** The number of this connection and when it began; null while Redis is away. */
  get connection(): { readonly number: number; readonly since: number } | null {
    return this.since === null ? null : { number: this.count, since: this.since };
  }

  /** @throws Error when Redis does not answer */
  async take(request: QuotaRequest, known: ReadonlyMap<string, number>): Promise<QuotaAnswer> {
    const { organizationId, policy, period, taken, need, want, limit } = request;
    const keep = (policy === 'minute' ? 60 : 86_400) + KEPT_LONGER_S;
    const { takeQuota } = this.redis as unknown as { takeQuota: Take };
    try {
      const [granted, all] = await takeQuota.call(
        this.redis,
        `${this.prefix}:quota:${organizationId}:${policy}:${period}`,
        ...[this.processId, taken, need, want, limit, keep],
        ...[...known].flat(),
      );
      const others = new Map<string, number>();
      for (let i = 0; i < all.length; i += 2) others.set(all[i]!, Number(all[i + 1]));
      others.delete(this.processId);
      return { granted, others };
    } catch (error) {
      this.report(error as Error);
      // A connection that stays silent is as good as none: begin anew.
      if (this.since !== null) this.redis.disconnect(true);
      this.since = null;
      throw error;
    }
  }

  close(): void {
    this.redis.disconnect();
  }

  private returned(): void {
    this.since = Date.now();
    this.count++;
  }

  private report(error: Error): void {
    if (Date.now() - this.loggedAt < LOG_EVERY_MS) return;
    this.loggedAt = Date.now();
    this.logger.warn({ err: error }, 'Redis does not answer; limits are counted in the database');
  }
}
