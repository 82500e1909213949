import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { MediaFileRepository } from './media-file.repository.js';
import type { MediaTotals } from './media-totals.entity.js';
import { MediaTotalsRepository } from './media-totals.repository.js';

/**
 * What a project may store (`MEDIA_QUOTA_BYTES`). Its active and suspended files count; deleted ones, whose bytes stay
 * until retention purges them, may take as much again: so deleting makes room, but nobody fills the disk by it.
 */
@Injectable()
export class MediaQuota {
  constructor(
    private readonly files: MediaFileRepository,
    private readonly totals: MediaTotalsRepository,
    private readonly config: Config,
  ) {}

  /**
   * Up to which size a file may still find its place, and the refusal of a larger one. A file that the project has
   * already takes none, so that one may always be as large as the largest.
   */
  async largestAdmitted(
    ctx: RequestContext,
    projectId: string,
  ): Promise<{ bytes: number; refusal: AppError }> {
    const quota = this.config.mediaQuotaBytes;
    if (quota === null) return { bytes: Infinity, refusal: new AppError('media_quota_exceeded') };
    const totals = await this.totals.of(ctx, projectId);
    const room = roomIn(totals, quota);
    return {
      bytes: Math.max(room, await this.files.largest(ctx, projectId)),
      refusal: exceeded(totals, quota),
    };
  }

  /** Counts what is added or taken away, in the caller's unit of work. @throws AppError `media_quota_exceeded` */
  async add(ctx: RequestContext, projectId: string, changes: Partial<MediaTotals>): Promise<void> {
    const grows = (changes.live_bytes ?? 0) > 0;
    const quota = grows ? this.config.mediaQuotaBytes : null;
    if (await this.totals.add(ctx, projectId, changes, quota)) return;
    throw exceeded(await this.totals.of(ctx, projectId), quota!);
  }
}

function roomIn({ live_bytes, deleted_bytes }: MediaTotals, quota: number): number {
  return Math.max(0, Math.min(quota - live_bytes, 2 * quota - live_bytes - deleted_bytes));
}

function exceeded(totals: MediaTotals, quota: number): AppError {
  const { live_bytes, deleted_bytes } = totals;
  const details = {
    quota_bytes: quota,
    used_bytes: live_bytes,
    deleted_bytes,
    free_bytes: roomIn(totals, quota),
  };
  return new AppError('media_quota_exceeded', { param: 'file', details });
}
