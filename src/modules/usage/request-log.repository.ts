import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { RequestLogEntity } from './request-log.entity.js';
import { RequestSeriesEntity } from './request-series.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import type { LogPart } from './log-path.js';
import type { RequestFilter, UsageScope } from './usage-scope.js';

/** A line of the log with its series. */
export type LogLine = RequestLogEntity &
  Pick<RequestSeriesEntity, 'api_key_id' | 'member_id' | 'method' | 'route' | 'status'>;

/** Lines from `first` on and before `before`, both ids; either may be absent. */
export interface IdRange {
  readonly first: string | null;
  readonly before: string | null;
}

/** Parts read by one statement; SQLite takes at most 500. */
const PARTS_PER_STATEMENT = 100;

const LINES = `
  SELECT l.id, l.project_id, l.series_id, l.duration_ms, l.ip, l.user_agent, l.error_code, l.request_id,
    s.api_key_id, s.member_id, s.method, s.route, s.status
  FROM request_logs l JOIN request_series s ON s.id = l.series_id`;

@Injectable()
export class RequestLogRepository {
  constructor(
    private readonly database: Database,
    private readonly series: RequestSeriesRepository,
  ) {}

  /**
   * The newest lines of the given parts of the log, newest first. Each part is read by an index that has its
   * lines in order, so no more than `limit` of each are touched.
   */
  async newest(
    ctx: RequestContext,
    parts: readonly LogPart[],
    range: IdRange,
    limit: number,
  ): Promise<LogLine[]> {
    const rows = await this.ofEach<{ id: string }>(
      ctx,
      parts,
      range,
      'id',
      ` ORDER BY id DESC LIMIT ${limit}`,
    );
    const ids = rows.map(({ id }) => id);
    return this.lines(ctx, ids.sort().reverse().slice(0, limit));
  }

  /** How many lines of the given parts are in the range. Counts them one by one: for short ranges. */
  async count(ctx: RequestContext, parts: readonly LogPart[], range: IdRange): Promise<number> {
    const rows = await this.ofEach<{ found: number | string }>(ctx, parts, range, 'COUNT(*) AS found');
    return rows.reduce((sum, { found }) => sum + Number(found), 0);
  }

  /** The newest lines of the scope that pass the filter, found by walking through all of the scope's. */
  async walk(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    { first, before }: IdRange,
    limit: number,
  ): Promise<LogLine[]> {
    const query = this.database.read(ctx).createQueryBuilder(RequestLogEntity, 'l').select('l.id', 'id');
    const chosen = this.series.matching(ctx, scope, filter);
    query.where(`l.series_id IN (${chosen.select('s.id').getQuery()})`).setParameters(chosen.getParameters());
    if ('project_id' in scope) query.andWhere('l.project_id = :project', { project: scope.project_id });
    if (first) query.andWhere('l.id >= :first', { first });
    if (before) query.andWhere('l.id < :before', { before });
    const rows = await query.orderBy('l.id', 'DESC').limit(limit).getRawMany<{ id: string }>();
    return this.lines(
      ctx,
      rows.map(row => row.id),
    );
  }

  /** One line, whatever its project. */
  async findAnywhere(ctx: RequestContext, id: string): Promise<LogLine | null> {
    return (await this.lines(ctx, [id]))[0] ?? null;
  }

  private async lines(ctx: RequestContext, ids: string[]): Promise<LogLine[]> {
    if (ids.length === 0) return [];
    return this.database
      .read(ctx)
      .query<LogLine[]>(`${LINES} WHERE l.id IN (${ids.map(() => '?').join(', ')}) ORDER BY l.id DESC`, ids);
  }

  /** Selects from every part by its own index: with `IN`, MariaDB would read all of each part. */
  private async ofEach<R>(
    ctx: RequestContext,
    parts: readonly LogPart[],
    { first, before }: IdRange,
    what: string,
    rest = '',
  ): Promise<R[]> {
    const bounds = `${first ? ' AND id >= ?' : ''}${before ? ' AND id < ?' : ''}`;
    const limits = [first, before].filter(id => id !== null);
    const rows: R[] = [];
    for (let start = 0; start < parts.length; start += PARTS_PER_STATEMENT) {
      const some = parts.slice(start, start + PARTS_PER_STATEMENT);
      const selects = some.map(
        ({ column }, at) =>
          `SELECT * FROM (SELECT ${what} FROM request_logs WHERE ${column} = ?${bounds}${rest}) p${at}`,
      );
      const values = some.flatMap(({ value }) => [value, ...limits]);
      rows.push(...(await this.database.read(ctx).query<R[]>(selects.join(' UNION ALL '), values)));
    }
    return rows;
  }
}
