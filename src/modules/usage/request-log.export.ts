import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { inPieces } from '../../kernel/database/pieces.js';
import { type Dataset, type ExportQuery, idRangeOf, type Recipient } from '../../kernel/facets/exports.js';
import { RequestLog, toRequestLog } from './request-log.dto.js';
import { type LogLine, RequestLogRepository } from './request-log.repository.js';
import { RequestLogCount } from './request-log-count.service.js';
import { RequestRecorder } from './request-recorder.service.js';
import { ownOf, type RequestFilter } from './usage-scope.js';

/** The request log as exports have it: its lines as lists show them, oldest first. */
@Injectable()
export class RequestLogExport implements Dataset<RequestLog> {
  readonly permission = 'usage:read';
  readonly row = RequestLog;
  readonly ranged = true;

  constructor(
    private readonly logs: RequestLogRepository,
    private readonly counts: RequestLogCount,
    private readonly recorder: RequestRecorder,
  ) {}

  partFor(recipient: Recipient): string | null {
    const own = ownOf(recipient);
    return own ? Object.values(own).join() : null;
  }

  async count(ctx: RequestContext, query: ExportQuery): Promise<number> {
    await this.recorder.flush();
    const own = ownOf(query.recipient);
    return this.counts.count(
      ctx,
      { project_id: query.projectId },
      own ? { own } : {},
      idRangeOf('req', query),
    );
  }

  async *rows(ctx: RequestContext, query: ExportQuery): AsyncGenerator<RequestLog[]> {
    await this.recorder.flush();
    const range = idRangeOf('req', query);
    const own = ownOf(query.recipient);
    const lines = inPieces<LogLine, string>(
      (after, limit) => this.logs.following(ctx, query.projectId, range, after, limit),
      line => line.id,
    );
    for await (const piece of lines) yield piece.filter(line => isOwn(line, own)).map(toRequestLog);
  }
}

function isOwn(line: LogLine, own: RequestFilter['own']): boolean {
  if (!own) return true;
  return 'member_id' in own ? line.member_id === own.member_id : line.api_key_id === own.api_key_id;
}
