import { Injectable } from '@nestjs/common';
import type { AttemptLimit } from '../../kernel/attempts/attempt-limit.js';
import { AttemptLimits } from '../../kernel/attempts/attempt-limits.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { limitKey } from '../../kernel/network/addresses.js';

const FAILURES = 10;
const WINDOW_SECONDS = 15 * 60;
/** How many attempts on one account from one address may wait for each other. */
const WAITING_AT_MOST = 50;

interface Turns {
  waiting: number;
  last: Promise<unknown>;
}

/**
 * At most ten failures in fifteen minutes per account and address (of IPv6, per /64); the account's owner can still sign
 * in from elsewhere. An attempt counts as a failure until it has succeeded, so that many at once, in whatever
 * processes, do not get more tries; and those of one process run one after the other, so that many good ones at
 * once do not count as failures.
 */
@Injectable()
export class SignInThrottle {
  private readonly failures: AttemptLimit;
  private readonly turns = new Map<string, Turns>();

  constructor(limits: AttemptLimits) {
    this.failures = limits.make('sign-in', FAILURES, WINDOW_SECONDS);
  }

  /**
   * Runs `attempt`, which answers null for a failure. `account` is what tells accounts apart. A result that is not
   * `isDone`, such as a right password before a second factor, does not excuse earlier failures.
   * @throws AppError `too_many_attempts`; `server_busy` when too many wait already, and for those who left meanwhile
   */
  async attempt<T>(
    { ip, hasLeft }: Pick<RequestContext, 'ip' | 'hasLeft'>,
    account: string,
    attempt: () => Promise<T | null>,
    isDone: (result: T) => boolean = () => true,
  ): Promise<T | null> {
    const key = `${account} ${limitKey(ip ?? '')}`;
    const turns = this.turns.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (turns.waiting >= WAITING_AT_MOST) throw busy();
    this.turns.set(key, turns);
    turns.waiting++;
    const turn = turns.last.then(() => {
      if (hasLeft()) throw busy();
      return this.counted(key, attempt, isDone);
    });
    turns.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      if (--turns.waiting === 0) this.turns.delete(key);
    }
  }

  private async counted<T>(
    key: string,
    attempt: () => Promise<T | null>,
    isDone: (result: T) => boolean,
  ): Promise<T | null> {
    const retryAfter = await this.failures.count(key);
    if (retryAfter !== null) throw new AppError('too_many_attempts', { retryAfter });
    const result = await attempt().catch(async (error: unknown) => {
      await this.failures.takeBack(key);
      throw error;
    });
    if (result === null) return null;
    if (isDone(result)) await this.failures.forget(key);
    else await this.failures.takeBack(key);
    return result;
  }
}

function busy(): AppError {
  return new AppError('server_busy', { retryAfter: 2 });
}
