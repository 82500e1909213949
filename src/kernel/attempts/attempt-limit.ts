import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { PromptRedis } from '../redis/prompt-redis.js';

export interface AttemptLimitOptions {
  /** What the counters' keys in Redis begin with. */
  readonly keyPrefix: string;
  /** How many attempts a window admits. */
  readonly points: number;
  /** The window in seconds, from the first attempt on. */
  readonly duration: number;
}

/**
 * Counts attempts, each under a key such as an address: in Redis, so that all processes count together, and in this
 * process, for where there is no Redis, while it does not answer, and when it comes back having forgotten.
 */
export class AttemptLimit {
  private readonly inProcess: RateLimiterMemory;
  private readonly shared: RateLimiterRedis | null;

  /** `digest` makes of a key what is kept of it: keys are people's addresses. */
  constructor(
    private readonly redis: PromptRedis | null,
    private readonly digest: (key: string) => string,
    private readonly options: AttemptLimitOptions,
  ) {
    this.inProcess = new RateLimiterMemory(options);
    this.shared = redis && new RateLimiterRedis({ ...options, storeClient: redis.client });
  }

  /** Counts an attempt. Answers null when it may be made, otherwise in how many seconds the next one may. */
  async count(key: string): Promise<number | null> {
    const digest = this.digest(key);
    try {
      await this.ask(async limiter => {
        if (limiter !== this.shared) return limiter.consume(digest);
        if (this.redis!.isBackWithin(this.options.duration)) await this.carryOver(digest);
        const counted = await limiter.consume(digest);
        await this.inProcess.penalty(digest);
        return counted;
      });
      return null;
    } catch (refusal) {
      // The limiter rejects with its counters; anything else is a fault.
      if (refusal instanceof Error) throw refusal;
      return Math.ceil((refusal as { msBeforeNext: number }).msBeforeNext / 1000);
    }
  }

  /** Undoes the count of one attempt that was not made after all. */
  async takeBack(key: string): Promise<void> {
    const digest = this.digest(key);
    await this.ask(async limiter => {
      await limiter.reward(digest);
      if (limiter === this.shared) await this.inProcess.reward(digest);
    });
  }

  /** Forgets every attempt under the key. */
  async forget(key: string): Promise<void> {
    await this.inProcess.delete(this.digest(key));
    await this.ask(limiter => limiter.delete(this.digest(key)));
  }

  /** Tells Redis of what was counted here and not there: its return, even empty, must not give fresh tries. */
  private async carryOver(digest: string): Promise<void> {
    const here = (await this.inProcess.get(digest))?.consumedPoints ?? 0;
    if (here === 0) return;
    const there = (await this.shared!.get(digest))?.consumedPoints ?? 0;
    if (there < here) await this.shared!.penalty(digest, here - there);
  }

  private async ask<T>(question: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T> {
    if (this.shared && this.redis?.answering) {
      try {
        return await question(this.shared);
      } catch (answer) {
        if (!(answer instanceof Error)) throw answer;
        this.redis.failed(answer);
      }
    }
    return question(this.inProcess);
  }
}
