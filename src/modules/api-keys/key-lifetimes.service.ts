import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { invalidField } from '../../kernel/errors/app-error.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { endOfLife } from './key-lifetime.js';

/** How long keys may live at most: `KEY_MAX_LIFETIME_DAYS`, counted from a key's creation. */
@Injectable()
export class KeyLifetimes {
  /** In days; null for no maximum. */
  readonly maximumDays = this.config.keyMaxLifetimeDays;

  constructor(private readonly config: Config) {}

  /**
   * When a new key expires: as asked for, else at the end of the longest life, or at `latest`, the expiry of the key that
   * makes it, where that is earlier.
   * @throws AppError `validation_failed` for a later expiry than the maximum, or none
   */
  expiryOfNew(created_at: Date, asked: Date | null | undefined, latest: Date | null): Date | null {
    const days = this.maximumDays;
    if (days === null) return asked === undefined ? latest : asked;
    const end = endOfLife({ created_at }, days);
    if (asked === undefined) return latest !== null && latest < end ? latest : end;
    refuseBeyond(asked, end, days);
    return asked;
  }

  /** @throws AppError `validation_failed` for a later expiry than the maximum, or none, unless it is the key's already */
  refuseLonger(key: Pick<ApiKeyEntity, 'created_at' | 'expires_at'>, asked: Date | null): void {
    if (this.maximumDays === null || asked?.getTime() === key.expires_at?.getTime()) return;
    refuseBeyond(asked, endOfLife(key, this.maximumDays), this.maximumDays);
  }
}

function refuseBeyond(asked: Date | null, end: Date, days: number): void {
  if (asked !== null && asked <= end) return;
  const maximum = `${days} ${days === 1 ? 'day' : 'days'}`;
  throw invalidField(
    'expires_at',
    `must be at most ${maximum} after the key was created, the maximum lifetime of keys here`,
    `Send an instant up to ${end.toISOString()}.`,
  );
}
