import { Injectable } from '@nestjs/common';
import type { AttemptLimit } from '../../kernel/attempts/attempt-limit.js';
import { AttemptLimits } from '../../kernel/attempts/attempt-limits.js';
import { limitKey } from '../../kernel/network/addresses.js';

const HOUR_SECONDS = 60 * 60;

/** How many reset links may be asked for: five an hour for one account, a hundred from one address. */
@Injectable()
export class PasswordResetThrottle {
  private readonly byEmail: AttemptLimit;
  private readonly byIp: AttemptLimit;

  constructor(limits: AttemptLimits) {
    this.byEmail = limits.make('password-reset-email', 5, HOUR_SECONDS);
    this.byIp = limits.make('password-reset-ip', 100, HOUR_SECONDS);
  }

  /** Counts a request; false once there were too many. */
  async admits(email: string, ip: string | null): Promise<boolean> {
    return (await this.byIp.count(limitKey(ip ?? ''))) === null && (await this.byEmail.count(email)) === null;
  }
}
