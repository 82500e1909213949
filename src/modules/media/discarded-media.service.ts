import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import { blobKey, type MediaFileEntity } from './media-file.entity.js';
import { MediaFileRepository } from './media-file.repository.js';

/** How long, in milliseconds, whoever works on a row is taken to be alive without a sign. */
export const LEASE_MS = 20_000;

/**
 * Removes files for good: first the row says that it is discarded, then the bytes go, then the row. Killed in between,
 * the row stays, and a sweep goes on where it ended.
 */
@Injectable()
export class DiscardedMedia {
  constructor(
    private readonly files: MediaFileRepository,
    private readonly storage: BlobStorage,
    private readonly units: UnitOfWork,
  ) {}

  /** What a row is changed to, so that it, and the bytes, are removed. */
  discarded(): Partial<MediaFileEntity> {
    return { status: 'discarded', live_sha256: null, lease_until: new Date(Date.now() + LEASE_MS) };
  }

  /** Discards a file that did not get beyond `processing`. One that did, after all, stays. */
  async discard(ctx: RequestContext, id: string, projectId: string): Promise<void> {
    const mine = await this.units.bookkeeping(ctx, () =>
      this.files.updateWhile(ctx, id, ['processing'], this.discarded()),
    );
    // Without a row a sweep took the upload for dead, and bytes may have come after it.
    if (mine || (await this.files.present(ctx, [id])).size === 0)
      await this.remove(ctx, { id, project_id: projectId });
  }

  /** Takes an abandoned row over from whoever left it; false when it was not abandoned, or another process was first. */
  takeOver(ctx: RequestContext, { id, status }: MediaFileEntity, now: Date): Promise<boolean> {
    return this.units.bookkeeping(ctx, () =>
      this.files.discardAbandoned(ctx, id, status, now, this.discarded()),
    );
  }

  /** Removes the bytes of a discarded file, then its row. @throws AppError `storage_unavailable` */
  async remove(ctx: RequestContext, file: Pick<MediaFileEntity, 'id' | 'project_id'>): Promise<void> {
    await this.storage.delete(blobKey(file));
    await this.units.bookkeeping(ctx, () => this.files.remove(ctx, file.id));
  }
}
