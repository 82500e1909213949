import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, type RateLimiterAbstract } from 'rate-limiter-flexible';

const HOUR_SECONDS = 60 * 60;

/** How many reset links may be asked for: five an hour for one account, a hundred from one address. */
@Injectable()
export class PasswordResetThrottle {
  private readonly byEmail = new RateLimiterMemory({ points: 5, duration: HOUR_SECONDS });
  private readonly byIp = new RateLimiterMemory({ points: 100, duration: HOUR_SECONDS });

  /** Counts a request; false once there were too many. */
  async admits(email: string, ip: string | null): Promise<boolean> {
    return (await admits(this.byIp, ip ?? '')) && (await admits(this.byEmail, email));
  }
}

async function admits(limiter: RateLimiterAbstract, key: string): Promise<boolean> {
  try {
    await limiter.consume(key);
    return true;
  } catch (refusal) {
    // The limiter rejects with its counters; anything else is a fault.
    if (refusal instanceof Error) throw refusal;
    return false;
  }
}
