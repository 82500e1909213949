import { PromptRedis } from '../../kernel/redis/prompt-redis.js';
import type { QuotaAnswer, QuotaRequest, QuotaStore } from './quota-store.js';

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
  private readonly redis: PromptRedis;
  /** Since when Redis has answered, in milliseconds since 1970; null while it is away. */
  private since: number | null = null;
  private count = 0;

  constructor(
    url: string,
    private readonly prefix: string,
    private readonly processId: string,
  ) {
    this.redis = new PromptRedis(url, 'limits are counted in the database');
    const { client } = this.redis;
    client.defineCommand('takeQuota', { numberOfKeys: 1, lua: TAKE });
    client.on('ready', () => this.returned());
    client.on('close', () => (this.since = null));
  }

  /** The number of this connection and when it began; null while Redis is away. */
  get connection(): { readonly number: number; readonly since: number } | null {
    return this.since === null ? null : { number: this.count, since: this.since };
  }

  /** @throws Error when Redis does not answer */
  async take(request: QuotaRequest, known: ReadonlyMap<string, number>): Promise<QuotaAnswer> {
    const { organizationId, policy, period, taken, need, want, limit } = request;
    const keep = (policy === 'minute' ? 60 : 86_400) + KEPT_LONGER_S;
    const client = this.redis.client as unknown as { takeQuota: Take };
    try {
      const [granted, all] = await client.takeQuota(
        `${this.prefix}:quota:${organizationId}:${policy}:${period}`,
        ...[this.processId, taken, need, want, limit, keep],
        ...[...known].flat(),
      );
      const others = new Map<string, number>();
      for (let i = 0; i < all.length; i += 2) others.set(all[i]!, Number(all[i + 1]));
      others.delete(this.processId);
      return { granted, others };
    } catch (error) {
      this.redis.failed(error as Error);
      this.since = null;
      throw error;
    }
  }

  close(): void {
    this.redis.close();
  }

  private returned(): void {
    this.since = Date.now();
    this.count++;
  }
}
