import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { invalidField } from '../../kernel/errors/app-error.js';
import { ProjectService } from '../projects/project.service.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { endOfLife } from './key-lifetime.js';

/**
 * How long keys may live at most, counted from a key's creation: as `KEY_MAX_LIFETIME_DAYS` says, or for less time where
 * their project says so.
 */
@Injectable()
export class KeyLifetimes {
  constructor(
    private readonly config: Config,
    private readonly projects: ProjectService,
  ) {}

  /** How many days the keys of a project may live; null for no maximum. @throws AppError `not_found` */
  async maximumDays(ctx: RequestContext, projectId: string): Promise<number | null> {
    const { keyMaxLifetimeDays: most } = this.config;
    const own = await this.projects.keyMaxLifetimeDays(ctx, projectId);
    return own === null || most === null ? (own ?? most) : Math.min(own, most);
  }

  /**
   * When a new key expires: as asked for, else at the end of the longest life, or at `latest`, the expiry of the key that
   * makes it, where that is earlier.
   * @throws AppError `validation_failed` for a later expiry than the maximum, or none
   */
  async expiryOfNew(
    ctx: RequestContext,
    key: Pick<ApiKeyEntity, 'project_id' | 'created_at'>,
    asked: Date | null | undefined,
    latest: Date | null,
  ): Promise<Date | null> {
    const days = await this.maximumDays(ctx, key.project_id);
    if (days === null) return asked === undefined ? latest : asked;
    const end = endOfLife(key, days);
    if (asked === undefined) return latest !== null && latest < end ? latest : end;
    refuseBeyond(asked, end, days);
    return asked;
  }

  /** @throws AppError `validation_failed` for a later expiry than the maximum, or none, unless it is the key's already */
  async refuseLonger(
    ctx: RequestContext,
    key: Pick<ApiKeyEntity, 'project_id' | 'created_at' | 'expires_at'>,
    asked: Date | null,
  ): Promise<void> {
    if (asked?.getTime() === key.expires_at?.getTime()) return;
    const days = await this.maximumDays(ctx, key.project_id);
    if (days !== null) refuseBeyond(asked, endOfLife(key, days), days);
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
