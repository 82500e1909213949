import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { Purge } from '../../kernel/facets/purging.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import { blobKey, type ReportEntity } from './report.entity.js';
import { ReportRepository } from './report.repository.js';

/**
 * Removes the bytes of reports. The row says first that there is no file any more, then the bytes go, then the row says so,
 * or goes, too: killed in between, whoever removes them goes on where it ended.
 */
@Injectable()
export class ReportFiles implements Purge {
  constructor(
    private readonly reports: ReportRepository,
    private readonly storage: BlobStorage,
    private readonly units: UnitOfWork,
  ) {}

  /** Removes what one run has left. @throws AppError `storage_unavailable` */
  removeRun(report: ReportEntity, run: number): Promise<void> {
    return this.storage.delete(blobKey(report, run));
  }

  /** Removes what all runs up to this one have left. @throws AppError `storage_unavailable` */
  async removeRuns(report: ReportEntity, last: number): Promise<void> {
    for (let run = last; run > 0; run--) await this.removeRun(report, run);
  }

  /** Removes everything, and notes it. @throws AppError `storage_unavailable` */
  async removeAll(ctx: RequestContext, report: ReportEntity): Promise<void> {
    await this.removeRuns(report, report.run);
    await this.units.bookkeeping(ctx, () => this.reports.update(ctx, report.id, { stored: false }));
  }

  count(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    return this.reports.countStored(ctx, projectId, before);
  }

  /** What expires stays in the history. */
  async deleteBatch(ctx: RequestContext, projectId: string, before: Date, limit: number): Promise<number> {
    let expired = 0;
    for (const report of await this.reports.storedBefore(ctx, projectId, before, limit)) {
      if (!(await this.units.bookkeeping(ctx, () => this.reports.expire(ctx, report.id, new Date()))))
        continue;
      await this.removeAll(ctx, report);
      expired++;
    }
    return expired;
  }
}
