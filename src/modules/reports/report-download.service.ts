import { Injectable, Logger } from '@nestjs/common';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type AnsweredBlob, answerWithBlob } from '../../kernel/storage/blob-answer.js';
import { BlobStorage } from '../../kernel/storage/blob-storage.js';
import { isExpired } from './report.dto.js';
import { blobKey, type ReportEntity } from './report.entity.js';
import { ReportService } from './report.service.js';
import { reportTarget } from './report.target.js';
import { ReportAccess } from './report-access.service.js';
import { CONTENT_TYPES } from './report-formats.js';

/** Sends the files of reports. */
@Injectable()
export class ReportDownload {
  private readonly logger = new Logger('Reports');

  constructor(
    private readonly reports: ReportService,
    private readonly access: ReportAccess,
    private readonly storage: BlobStorage,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * Answers a GET or HEAD. Whoever gets bytes leaves an entry in the event log first.
   * @throws AppError `not_found`, `permission_denied`, `report_not_ready`, `report_expired`, `range_not_satisfiable`,
   *   `storage_unavailable`
   */
  async send(
    ctx: RequestContext,
    projectId: string,
    id: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { row, view } = await this.reports.existing(ctx, projectId, id);
    this.access.refuseUnreadable(ctx, row);
    if (isExpired(row, view)) throw new AppError('report_expired');
    if (row.status !== 'ready') throw new AppError('report_not_ready', { details: { status: row.status } });
    const sent = await answerWithBlob(this.storage, fileOf(row), request, reply, () => this.log(ctx, row));
    if (sent) return;
    this.logger.error({ report: id }, 'the bytes of a report are missing from the storage');
    throw new AppError('not_found');
  }

  private log(ctx: RequestContext, report: ReportEntity): Promise<void> {
    return this.units.run(ctx, { events: ['report.downloaded'] }, async () => {
      ctx.audit.change(reportTarget(report), null, null);
    });
  }
}

function fileOf(report: ReportEntity): AnsweredBlob {
  const { kind, format, created_at } = report;
  return {
    key: blobKey(report, report.run),
    size: report.bytes!,
    sha256: report.sha256!,
    cacheControl: 'private, no-store',
    headers: {
      'content-type': CONTENT_TYPES[format],
      'content-disposition': contentDisposition(`${kind}-${created_at.toISOString().slice(0, 10)}.${format}`),
    },
  };
}
