import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { partsOf, pathTo } from './log-path.js';
import {
  type ListRequestLogs,
  type RequestLog,
  type RequestLogPage,
  toRequestLog,
} from './request-log.dto.js';
import { type IdRange, type LogLine, RequestLogRepository } from './request-log.repository.js';
import { RequestLogCount } from './request-log-count.service.js';
import { RequestLogSearch } from './request-log-search.service.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { isNarrowed, type RequestFilter, type UsageScope, visibleTo } from './usage-scope.js';

/** Reads the request log. */
@Injectable()
export class RequestLogService {
  constructor(
    private readonly logs: RequestLogRepository,
    private readonly series: RequestSeriesRepository,
    private readonly counts: RequestLogCount,
    private readonly search: RequestLogSearch,
    private readonly recorder: RequestRecorder,
  ) {}

  /** A project's requests that the caller may see, newest first. */
  listOfProject(ctx: RequestContext, projectId: string, query: ListRequestLogs): Promise<RequestLogPage> {
    return this.list(ctx, { project_id: projectId }, query, visibleTo(ctx));
  }

  /** The requests of all projects of an organization; for those the caller has found entitled. */
  listOfOrganization(
    ctx: RequestContext,
    organizationId: string,
    query: ListRequestLogs,
  ): Promise<RequestLogPage> {
    return this.list(ctx, { organization_id: organizationId }, query, undefined);
  }

  /** One request the caller may see. @throws AppError `not_found` */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<RequestLog> {
    await this.recorder.flush();
    const line = await this.logs.findAnywhere(ctx, id);
    const own = visibleTo(ctx);
    const visible =
      line?.project_id === projectId &&
      (!own || ('member_id' in own ? line.member_id === own.member_id : line.api_key_id === own.api_key_id));
    if (!visible) throw new AppError('not_found');
    return toRequestLog(line);
  }

  private async list(
    ctx: RequestContext,
    scope: UsageScope,
    { limit, cursor, from, to, q, ip, ...labels }: ListRequestLogs,
    own: RequestFilter['own'],
  ): Promise<RequestLogPage> {
    const after = decodeCursor(cursor);
    await this.recorder.flush();
    const range = {
      first: from === undefined ? null : firstIdAt('req', new Date(from)),
      before: to === undefined ? null : firstIdAt('req', new Date(to)),
    };
    const filter = { ...labels, own };
    const line = { q, ip };
    const searches = isNarrowed(line);
    const total = searches
      ? await this.search.total(ctx, scope, filter, line, range)
      : await this.counts.count(ctx, scope, filter, range);
    if (total === 0) return paginate([], limit, total, toRequestLog);
    const before = after && (!range.before || after < range.before) ? after : range.before;
    const rows = searches
      ? await this.search.newest(ctx, scope, filter, line, { ...range, before }, limit + 1)
      : await this.rows(ctx, scope, filter, { ...range, before }, limit + 1);
    return paginate(rows, limit, total, toRequestLog);
  }

  private async rows(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    range: IdRange,
    limit: number,
  ): Promise<LogLine[]> {
    if (!isNarrowed(filter)) {
      return this.logs.newest(ctx, await this.series.projects(ctx, scope), range, limit);
    }
    const chosen = await this.series.sizes(ctx, scope, filter);
    // The projects of an organization do not lie together in the log, so there is nothing to walk through.
    if (!('project_id' in scope)) return this.logs.newest(ctx, partsOf(chosen), range, limit);
    const logged = await this.series.logged(ctx, scope, {});
    const parts = pathTo(chosen, logged, limit);
    return parts
      ? this.logs.newest(ctx, parts, range, limit)
      : this.logs.walk(ctx, scope.project_id, this.series.among(ctx, scope, filter), range, limit);
  }
}
