import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { KeptDays } from '../../kernel/facets/kept-days.port.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { REMOVE_REPORT } from './remove-report.job.js';
import {
  type ListReports,
  type Report,
  type ReportPage,
  type ReportView,
  type RequestReport,
  toReport,
} from './report.dto.js';
import type { ReportEntity } from './report.entity.js';
import { ReportRepository } from './report.repository.js';
import { reportTarget } from './report.target.js';
import { ReportAccess } from './report-access.service.js';
import { WRITE_REPORT } from './write-report.job.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Reports of projects: requested, listed, deleted. What writes them is a job. */
@Injectable()
export class ReportService {
  constructor(
    private readonly reports: ReportRepository,
    private readonly access: ReportAccess,
    private readonly kept: KeptDays,
    private readonly outbox: Outbox,
  ) {}

  async list(ctx: RequestContext, projectId: string, query: ListReports): Promise<ReportPage> {
    const rows = await this.reports.newest(ctx, projectId, query.limit, decodeCursor(query.cursor));
    const total = await this.reports.total(ctx, projectId);
    const days = await this.kept.of(ctx, projectId, 'reports');
    return paginate(rows, query.limit, total, row => toReport(row, this.view(ctx, row, days)));
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<Report> {
    const { row, view } = await this.existing(ctx, projectId, id);
    return toReport(row, view);
  }

  /** A report, and what its answer depends on. @throws AppError `not_found` */
  async existing(
    ctx: RequestContext,
    projectId: string,
    id: string,
  ): Promise<{ row: ReportEntity; view: ReportView }> {
    const row = await this.reports.find(ctx, projectId, id);
    if (!row) throw new AppError('not_found');
    return { row, view: this.view(ctx, row, await this.kept.of(ctx, projectId, 'reports')) };
  }

  /** Asks for a report, which a job writes. @throws AppError `validation_failed`, `permission_denied`, `limit_reached` */
  async request(ctx: RequestContext, projectId: string, input: RequestReport): Promise<Report> {
    const { ranged } = this.access.requested(ctx, input.kind);
    const { kind, format, bom } = input;
    const row: ReportEntity = {
      id: newId('rpt'),
      project_id: projectId,
      kind,
      format,
      bom,
      range_from: ranged && input.from !== undefined ? new Date(input.from) : null,
      range_to: ranged && input.to !== undefined ? new Date(input.to) : null,
      status: 'queued',
      deleted: false,
      stored: false,
      run: 0,
      progress: 0,
      rows: null,
      bytes: null,
      sha256: null,
      error: null,
      hidden: [],
      part: null,
      requested_by: ctx.principal!.id,
      created_at: new Date(),
      finished_at: null,
      expired_at: null,
    };
    await this.reports.insert(ctx, row);
    await this.outbox.schedule(ctx, WRITE_REPORT, row.id);
    ctx.audit.change(reportTarget(row), null, { ...input });
    return toReport(row, this.view(ctx, row, await this.kept.of(ctx, projectId, 'reports')));
  }

  /** Deletes a report; a job removes its file. @throws AppError `not_found` */
  async delete(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const row = await this.reports.lock(ctx, projectId, id);
    if (!row) throw new AppError('not_found');
    await this.reports.update(ctx, id, { deleted: true });
    await this.outbox.schedule(ctx, REMOVE_REPORT, id);
    const { kind, format, status } = row;
    ctx.audit.change(reportTarget(row), { kind, format, status }, null);
    return { id, deleted: true };
  }

  private view(ctx: RequestContext, row: ReportEntity, days: number | null): ReportView {
    const kept = days === null ? null : new Date(row.created_at.getTime() + days * DAY_MS);
    return {
      expiresAt: row.expired_at ?? kept,
      now: new Date(),
      showsHash: row.sha256 === null || this.access.mayRead(ctx, row),
    };
  }
}
