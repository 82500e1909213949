import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type Dataset, Exports, type Recipient } from '../../kernel/facets/exports.js';
import { Standings } from '../../kernel/facets/standings.js';
import { type JobHandler, JobRegistry } from '../../kernel/jobs/job.js';
import { JobFailure } from '../../kernel/jobs/job-failure.js';
import type { ReportEntity } from './report.entity.js';
import { ReportRepository } from './report.repository.js';
import { reportTarget } from './report.target.js';
import { ReportFiles } from './report-files.service.js';
import { ReportNotices } from './report-notices.service.js';
import { ReportWriter, Superseded, type WrittenFile } from './report-writer.service.js';

/** The job that writes one report. */
export const WRITE_REPORT = 'reports.write';

const BACKOFF_MS = 5_000;

/**
 * Writes a report as whoever asked for it may see the rows now. A run that is broken off is begun anew, under a key of its
 * own; what it left is removed.
 */
@Injectable()
export class WriteReport implements JobHandler, OnModuleInit {
  readonly name = WRITE_REPORT;
  readonly maxAttempts = 5;
  readonly atOnce = 2;

  constructor(
    private readonly reports: ReportRepository,
    // Not `exports`: in what is compiled, that would hide the module's own.
    private readonly datasets: Exports,
    private readonly standings: Standings,
    private readonly writer: ReportWriter,
    private readonly files: ReportFiles,
    private readonly notices: ReportNotices,
    private readonly units: UnitOfWork,
    private readonly registry: JobRegistry,
  ) {}

  onModuleInit(): void {
    this.registry.register(this);
  }

  backoff(attempt: number): number {
    return BACKOFF_MS * attempt;
  }

  async run(ctx: RequestContext, id: string): Promise<void> {
    const report = await this.units.bookkeeping(ctx, () => this.reports.begin(ctx, id));
    if (!report) return;
    await this.files.removeRuns(report, report.run - 1);
    const entitled = await this.entitled(ctx, report);
    if (!entitled) return this.giveUp(ctx, id, 'Whoever requested it may not read this any more.');
    const { dataset, recipient } = entitled;
    try {
      const file = await this.writer.write(ctx, report, dataset, recipient);
      await this.finish(ctx, report, recipient, dataset, file);
    } catch (error) {
      await this.files.removeRun(report, report.run);
      if (!(error instanceof Superseded)) throw error;
    }
  }

  gaveUp(ctx: RequestContext, id: string, error: unknown): Promise<void> {
    return this.giveUp(ctx, id, reasonOf(error));
  }

  private async giveUp(ctx: RequestContext, id: string, reason: string): Promise<void> {
    await this.units.bookkeeping(ctx, async () => {
      const failed = { error: reason, finished_at: new Date() };
      if (await this.reports.fail(ctx, id, failed)) await this.notices.failed(ctx, id, reason);
    });
    const report = await this.reports.findAnywhere(ctx, id);
    if (report?.status === 'failed') await this.files.removeAll(ctx, report);
  }

  /** What is to be written, and for whom; null when they may not read it any more. */
  private async entitled(
    ctx: RequestContext,
    { kind, project_id, requested_by: id }: ReportEntity,
  ): Promise<{ dataset: Dataset; recipient: Recipient } | null> {
    const dataset = this.datasets.get(kind);
    const standing = await this.standings.of(ctx, project_id, id);
    if (!dataset || !standing?.permissions.has(dataset.permission)) return null;
    const { permissions, hidden, memberId } = standing;
    return { dataset, recipient: { id, permissions, hidden, memberId } };
  }

  private finish(
    ctx: RequestContext,
    report: ReportEntity,
    recipient: Recipient,
    dataset: Dataset,
    file: WrittenFile,
  ): Promise<void> {
    return this.units.run(ctx, { events: ['report.ready'] }, async () => {
      const ready = await this.reports.updateRun(ctx, report, {
        ...file,
        status: 'ready',
        progress: 1,
        hidden: [...recipient.hidden],
        part: dataset.partFor?.(recipient) ?? null,
        finished_at: new Date(),
      });
      if (!ready) throw new Superseded();
      const { rows, bytes } = file;
      const { kind, format } = report;
      ctx.audit
        .inProject(report.project_id)
        .change(reportTarget(report), null, { kind, format, rows, bytes });
      await this.notices.ready(ctx, report.id, rows);
    });
  }
}

/** Why a report was given up, for whoever asked for it. */
function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  if (error instanceof JobFailure) return 'The server was stopped each time while it was being written.';
  return 'Something went wrong on the server; its log says what.';
}
