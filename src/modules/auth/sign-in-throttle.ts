import { Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppError } from '../../kernel/errors/app-error.js';

const FAILURES = 10;
const WINDOW_SECONDS = 15 * 60;

/**
 * At most ten failures in fifteen minutes per account and address; the account's owner can still sign
 * in from elsewhere. Attempts on one account from one address run one after the other, so that many at
 * once do not get more tries.
 */
@Injectable()
export class SignInThrottle {
  private readonly failures = new RateLimiterMemory({ points: FAILURES, duration: WINDOW_SECONDS });
  private readonly turns = new Map<string, Promise<unknown>>();

  /**
   * Runs `attempt`, which answers null for a failure.
   * @throws AppError `too_many_attempts`
   */
  async attempt<T>(email: string, ip: string | null, attempt: () => Promise<T | null>): Promise<T | null> {
    const key = `${email} ${ip ?? ''}`;
    const turn = (this.turns.get(key) ?? Promise.resolve()).then(() => this.counted(key, attempt));
    const settled = turn.catch(() => undefined);
    this.turns.set(key, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(key) === settled) this.turns.delete(key);
    }
  }

  private async counted<T>(key: string, attempt: () => Promise<T | null>): Promise<T | null> {
    const before = await this.failures.get(key);
    if (before && before.consumedPoints >= FAILURES) {
      throw new AppError('too_many_attempts', { retryAfter: Math.ceil(before.msBeforeNext / 1000) });
    }
    const result = await attempt();
    if (result === null) await this.failures.consume(key);
    else await this.failures.delete(key);
    return result;
  }
}
