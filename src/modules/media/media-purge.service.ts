import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { Purge } from '../../kernel/facets/purging.js';
import { DiscardedMedia } from './discarded-media.service.js';
import type { MediaFileEntity } from './media-file.entity.js';
import { MediaFileRepository } from './media-file.repository.js';
import { MediaTotalsRepository } from './media-totals.repository.js';

/** Removes deleted files for good once they are old enough, when retention asks for it. */
@Injectable()
export class MediaPurge implements Purge {
  constructor(
    private readonly files: MediaFileRepository,
    private readonly totals: MediaTotalsRepository,
    private readonly discarded: DiscardedMedia,
    private readonly units: UnitOfWork,
  ) {}

  count(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    return this.files.countDeleted(ctx, projectId, before);
  }

  async deleteBatch(ctx: RequestContext, projectId: string, before: Date, limit: number): Promise<number> {
    let purged = 0;
    for (const file of await this.files.deletedBefore(ctx, projectId, before, limit)) {
      if (!(await this.units.bookkeeping(ctx, () => this.give(ctx, file)))) continue;
      await this.discarded.remove(ctx, file);
      purged++;
    }
    return purged;
  }

  /** Takes the file from the project; false when it has been restored meanwhile. */
  private async give(ctx: RequestContext, { id, project_id, size }: MediaFileEntity): Promise<boolean> {
    if (!(await this.files.updateWhile(ctx, id, ['deleted'], this.discarded.discarded()))) return false;
    await this.totals.add(ctx, project_id, { deleted: -1, deleted_bytes: -size });
    return true;
  }
}
