import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Vault } from '../crypto/vault.js';
import { PromptRedis } from '../redis/prompt-redis.js';
import { AttemptLimit } from './attempt-limit.js';

/** Makes limits of attempts, which all processes share where there is Redis. */
@Injectable()
export class AttemptLimits implements OnApplicationShutdown {
  private readonly redis: PromptRedis | null;

  constructor(
    private readonly config: Config,
    private readonly vault: Vault,
  ) {
    this.redis = config.redisUrl
      ? new PromptRedis(config.redisUrl, 'attempts are counted in the process')
      : null;
  }

  /** At most `points` attempts under one key within `seconds` from the first. `name` is the limit's own. */
  make(name: string, points: number, seconds: number): AttemptLimit {
    // Keyed: without the secret, who reads Redis could try addresses until one fits.
    const digest = (key: string) => this.vault.sign(`attempts.${name}`, key);
    const keyPrefix = `${this.config.redisPrefix}:attempts:${name}`;
    return new AttemptLimit(this.redis, digest, { keyPrefix, points, duration: seconds });
  }

  onApplicationShutdown(): void {
    this.redis?.close();
  }
}
