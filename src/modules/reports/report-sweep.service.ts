import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { RecurringJobs } from '../../kernel/jobs/recurring.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import { removeOrphans } from '../../kernel/storage/orphans.js';
import { blobOf } from './report.entity.js';
import { ReportRepository } from './report.repository.js';

const EVERY_MS = 60 * 60_000;

/**
 * Removes, at the start and every hour, bytes that are no report's: what a run left that was killed after its report had been
 * deleted or taken over, and what a restored backup does not know.
 */
@Injectable()
export class ReportSweep implements OnApplicationBootstrap {
  private readonly logger = new Logger('Reports');

  constructor(
    private readonly reports: ReportRepository,
    private readonly storage: BlobStorage,
    private readonly recurring: RecurringJobs,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.recurring.every('reports.sweep', EVERY_MS, () => this.sweep());
    if (!this.config.runJobs) return;
    this.sweep().catch((error: unknown) =>
      this.logger.warn({ err: error }, 'the storage could not be swept'),
    );
  }

  async sweep(now = new Date()): Promise<void> {
    const ctx = RequestContext.system('job:reports.sweep', newId('req'));
    await removeOrphans(this.storage, 'reports', now, keys => this.unknownOf(ctx, keys), this.logger);
  }

  private async unknownOf(ctx: RequestContext, keys: readonly string[]): Promise<string[]> {
    const blobs = keys.map(key => ({ key, of: blobOf(key) }));
    const runs = await this.reports.storedRuns(
      ctx,
      blobs.flatMap(({ of }) => of?.id ?? []),
    );
    return blobs.flatMap(({ key, of }) => (of && runs.get(of.id) === of.run ? [] : [key]));
  }
}
