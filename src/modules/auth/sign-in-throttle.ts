import { Injectable } from '@nestjs/common';
import { AppError } from '../../kernel/errors/app-error.js';
import type { AttemptLimit } from '../../kernel/attempts/attempt-limit.js';
import { AttemptLimits } from '../../kernel/attempts/attempt-limits.js';
import { limitKey } from '../../kernel/network/addresses.js';

const FAILURES = 10;
const WINDOW_SECONDS = 15 * 60;

/**
 * At most ten failures in fifteen minutes per account and address (of IPv6, per /64); the account's owner can still sign
 * in from elsewhere. An attempt counts as a failure until it has succeeded, so that many at once, in whatever
 * processes, do not get more tries; and those of one process run one after the other, so that many good ones at
 * once do not count as failures.
 */
@Injectable()
export class SignInThrottle {
  private readonly failures: AttemptLimit;
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(limits: AttemptLimits) {
    this.failures = limits.make('sign-in', FAILURES, WINDOW_SECONDS);
  }

  /**
   * Runs `attempt`, which answers null for a failure.
   * @throws AppError `too_many_attempts`
   */
  async attempt<T>(email: string, ip: string | null, attempt: () => Promise<T | null>): Promise<T | null> {
    const key = `${email} ${limitKey(ip ?? '')}`;
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
    const retryAfter = await this.failures.count(key);
    if (retryAfter !== null) throw new AppError('too_many_attempts', { retryAfter });
    const result = await attempt().catch(async (error: unknown) => {
      await this.failures.takeBack(key);
      throw error;
    });
    if (result !== null) await this.failures.forget(key);
    return result;
  }
}
