import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { ReportRepository } from './report.repository.js';
import { ReportFiles } from './report-files.service.js';

/** The job that removes what a deleted report has left. */
export const REMOVE_REPORT = 'reports.remove';

const LONGEST_WAIT_MS = 60 * 60 * 1000;

/** Removes the bytes of a deleted report, then its row. */
@Injectable()
export class RemoveReport implements JobHandler, OnModuleInit {
  readonly name = REMOVE_REPORT;
  /** Some days: a storage that is away so long has other troubles. */
  readonly maxAttempts = 100;

  constructor(
    private readonly reports: ReportRepository,
    private readonly files: ReportFiles,
    private readonly units: UnitOfWork,
    private readonly registry: JobRegistry,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** attempt);
  }

  async run(ctx: RequestContext, id: string): Promise<void> {
    const report = await this.reports.findAnywhere(ctx, id);
    if (!report?.deleted) return;
    await this.files.removeRuns(report, report.run);
    await this.units.bookkeeping(ctx, () => this.reports.remove(ctx, id));
  }
}
