import { PromptRedis } from '../../kernel/redis/prompt-redis.js';
import type { QuotaWindow, Standing } from './quota-window.js';

/** How much longer than its period a quota is kept, in seconds. */
const KEPT_LONGER_S = 120;

// KEYS: the windows; each holds what all processes have spent. ARGV: the cost, then for each window what this
// process knows to be spent, what it spent unseen, the limit, and the seconds to keep it. Spends the cost in all
// windows or in none. Redis may have come back with less than it had: then it goes by what the process knows.
const SPEND = `
local cost, granted, spent = tonumber(ARGV[1]), 1, {}
for i, key in ipairs(KEYS) do
  local known, unseen, limit = tonumber(ARGV[i * 4 - 2]), tonumber(ARGV[i * 4 - 1]), tonumber(ARGV[i * 4])
  spent[i] = math.max(tonumber(redis.call('GET', key) or 0), known) + unseen
  if spent[i] + cost > limit then granted = 0 end
end
for i, key in ipairs(KEYS) do
  spent[i] = spent[i] + granted * cost
  redis.call('SET', key, spent[i], 'EX', ARGV[i * 4 + 1])
end
return {granted, unpack(spent)}`;

type Spend = (...args: (string | number)[]) => Promise<[granted: number, ...spent: number[]]>;

/** The quota as all processes share it, in Redis, which may be away, or come back empty, at any time. */
export class RedisQuota {
  private readonly redis: PromptRedis;

  constructor(
    url: string,
    private readonly prefix: string,
  ) {
    this.redis = new PromptRedis(url, 'each process counts requests for itself');
    this.redis.client.defineCommand('spendQuota', { lua: SPEND });
  }

  get answering(): boolean {
    return this.redis.answering;
  }

  /**
   * Spends `cost` in all windows, or in none, and tells them what all processes have spent. False when a
   * limit is met, or when Redis does not answer.
   */
  async spend(standings: readonly Standing[], cost: number): Promise<boolean> {
    const client = this.redis.client as unknown as { spendQuota: Spend };
    const windows = standings.flatMap(({ quota: { minute, day } }) => [minute, day]);
    const terms = standings.flatMap(({ limits, quota: { minute, day } }) => [
      ...[...told(minute), limits.requests_per_minute, 60 + KEPT_LONGER_S],
      ...[...told(day), limits.requests_per_day, 86_400 + KEPT_LONGER_S],
    ]);
    try {
      const keys = windows.map(window => this.keyOf(window));
      const [granted, ...spent] = await client.spendQuota(keys.length, ...keys, cost, ...terms);
      windows.forEach((window, index) => window.learn(spent[index]!));
      if (granted === 0) return false;
      for (const window of windows) window.spentHere += cost;
      return true;
    } catch (error) {
      this.redis.failed(error as Error);
      return false;
    }
  }

  close(): void {
    this.redis.close();
  }

  private keyOf({ holderId, policy, period }: QuotaWindow): string {
    return `${this.prefix}:quota:${holderId}:${policy}:${period}`;
  }
}

/** What Redis is told once only: should the answer be lost, it is part of what is known from then on. */
function told(window: QuotaWindow): [known: number, unseen: number] {
  const { spent, untold } = window;
  window.untold = 0;
  return [spent - untold, untold];
}
