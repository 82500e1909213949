import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import { removeOrphans } from '../../kernel/storage/orphans.js';
import { DiscardedMedia } from './discarded-media.service.js';
import type { MediaStatus } from './media-file.entity.js';
import { MediaFileRepository } from './media-file.repository.js';

const ROWS_EVERY_MS = 5_000;
const BLOBS_EVERY_MS = 60 * 60_000;
const BATCH = 100;

/**
 * Removes what killed processes left, on both sides. Every five seconds: rows whose lease has ended, with their bytes,
 * which is all that a kill can leave. At the start and every hour: blobs that no row knows, which only a restored backup
 * or a mishap can leave. Several processes may sweep at once.
 */
@Injectable()
export class MediaSweep implements OnApplicationBootstrap {
  private readonly logger = new Logger('Media');

  constructor(
    private readonly files: MediaFileRepository,
    private readonly discarded: DiscardedMedia,
    private readonly storage: BlobStorage,
    private readonly recurring: RecurringJobs,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('media.sweep', ROWS_EVERY_MS, () => this.sweepRows());
    this.recurring.every('media.sweep-storage', BLOBS_EVERY_MS, () => this.sweepBlobs());
    if (!this.config.runJobs) return;
    this.sweepBlobs().catch((error: unknown) =>
      this.logger.warn({ err: error }, 'the storage could not be swept'),
    );
  }

  /** Removes files whose upload or removal was broken off. */
  async sweepRows(now = new Date()): Promise<void> {
    const ctx = RequestContext.system('job:media.sweep', newId('req'));
    for (const status of ['processing', 'discarded'] satisfies MediaStatus[]) {
      for (;;) {
        const abandoned = await this.files.abandoned(ctx, status, now, BATCH);
        for (const file of abandoned) {
          if (await this.discarded.takeOver(ctx, file, now)) await this.discarded.remove(ctx, file);
        }
        if (abandoned.length < BATCH) break;
      }
    }
  }

  /** Removes blobs that no row knows. */
  async sweepBlobs(now = new Date()): Promise<void> {
    const ctx = RequestContext.system('job:media.sweep', newId('req'));
    await removeOrphans(this.storage, 'media', now, keys => this.unknownOf(ctx, keys), this.logger);
  }

  private async unknownOf(ctx: RequestContext, keys: readonly string[]): Promise<string[]> {
    const present = await this.files.present(
      ctx,
      keys.map(key => key.split('/').at(-1)!),
    );
    return keys.filter(key => !present.has(key.split('/').at(-1)!));
  }
}
