import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import { type Condition, matching, type Stretch } from '../../kernel/database/stretch.js';
import { walk } from '../../kernel/database/walk.js';
import { type LogPart, partsOf, type SeriesSize } from './log-path.js';
import { RequestLogEntity } from './request-log.entity.js';
import { RequestSeriesEntity } from './request-series.entity.js';

/** A line of the log with its series. */
export type LogLine = RequestLogEntity &
  Pick<RequestSeriesEntity, 'api_key_id' | 'member_id' | 'method' | 'route' | 'status'>;

/** Requests from one address by one user agent; `last` is the id of the newest. */
export interface Caller {
  ip: string | null;
  user_agent: string | null;
  requests: number;
  last: string;
}

/** Lines from `first` on and before `before`, both ids; either may be absent. */
export interface IdRange {
  readonly first: string | null;
  readonly before: string | null;
}

const LINES = `
  SELECT l.id, l.project_id, l.series_id, l.duration_ms, l.ip, l.user_agent, l.error_code, l.request_id,
    s.api_key_id, s.member_id, s.method, s.route, s.status
  FROM request_logs l JOIN request_series s ON s.id = l.series_id`;

@Injectable()
export class RequestLogRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** The newest lines of the given parts of the log, newest first. */
  async newest(
    ctx: RequestContext,
    parts: readonly LogPart[],
    range: IdRange,
    limit: number,
  ): Promise<LogLine[]> {
    const stretches = parts.map(part => stretchOf(part, range));
    return this.newestOf(ctx, stretches, limit);
  }

  /** The newest lines of some stretches of the log, newest first. */
  async newestOf(ctx: RequestContext, stretches: readonly Stretch[], limit: number): Promise<LogLine[]> {
    return this.lines(ctx, await this.lists.newestIds(ctx, stretches, limit));
  }

  /** How many lines of the given parts that `where` is true of are in the range. Counts them one by one: for short ranges. */
  count(ctx: RequestContext, parts: readonly LogPart[], range: IdRange, where?: Condition): Promise<number> {
    return this.lists.count(
      ctx,
      parts.map(part => ({ ...stretchOf(part, range), where })),
    );
  }

  /** The same of all lines of some series; at most `most`, beyond which it goes no further. */
  countUpTo(
    ctx: RequestContext,
    series: readonly SeriesSize[],
    range: IdRange,
    most: number,
  ): Promise<number> {
    return this.lists.count(
      ctx,
      partsOf(series).map(part => stretchOf(part, range)),
      most,
    );
  }

  /** The newest lines that a condition is true of, found by walking through all of the project's. */
  async walk(
    ctx: RequestContext,
    projectId: string,
    where: Condition,
    range: IdRange,
    limit: number,
  ): Promise<LogLine[]> {
    const stretch = { ...stretchOf({ column: 'project_id', value: projectId }, range), where };
    return this.lines(ctx, await this.lists.newestIds(ctx, [stretch], limit));
  }

  /** The callers of some series in a range, told apart by address and user agent. Reads line by line: for short ranges. */
  async callers(ctx: RequestContext, series: readonly SeriesSize[], range: IdRange): Promise<Caller[]> {
    const manager = this.database.read(ctx);
    const callers = new Map<string, Caller>();
    for (const part of partsOf(series)) {
      // A condition, so that the steps are as short as those that look at lines.
      const stretch = { ...stretchOf(part, range), where: { sql: 't.duration_ms >= 0', parameters: [] } };
      await walk(manager, stretch, async piece => {
        const columns = 't.ip, t.user_agent, COUNT(*) AS requests, MAX(t.id) AS last';
        const { sql, values } = matching(piece, columns, ' GROUP BY t.ip, t.user_agent');
        for (const row of await manager.query<Caller[]>(sql, values)) add(callers, row);
        return true;
      });
    }
    return [...callers.values()];
  }

  /** Lines of a project in a range, oldest first, those after `after` when it is given. */
  following(
    ctx: RequestContext,
    projectId: string,
    { first, before }: IdRange,
    after: string | null,
    limit: number,
  ): Promise<LogLine[]> {
    const conditions = ['l.project_id = ?'];
    const values = [projectId];
    const add = (condition: string, id: string | null) => {
      if (id === null) return;
      conditions.push(condition);
      values.push(id);
    };
    if (after === null) add('l.id >= ?', first);
    add('l.id > ?', after);
    add('l.id < ?', before);
    // Read before they are joined: a plan that began with the series would read and sort the whole log.
    const some =
      'SELECT l.* FROM request_logs l /*! FORCE INDEX (request_logs_project) */ ' +
      `WHERE ${conditions.join(' AND ')} ORDER BY l.id LIMIT ?`;
    return this.database
      .read(ctx)
      .query<LogLine[]>(`${LINES.replace('request_logs l', `(${some}) l`)} ORDER BY l.id`, [
        ...values,
        limit,
      ]);
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
}

function add(callers: Map<string, Caller>, { ip, user_agent, last, ...row }: Caller): void {
  const key = JSON.stringify([ip, user_agent]);
  const known = callers.get(key);
  callers.set(key, {
    ip,
    user_agent,
    requests: (known?.requests ?? 0) + Number(row.requests),
    last: known && known.last > last ? known.last : last,
  });
}

const INDICES = { project_id: 'request_logs_project', series_id: 'request_logs_series' };

/** A part of the log as a stretch of the index that holds it. */
export function stretchOf({ column, value }: LogPart, { first, before }: IdRange): Stretch {
  return {
    table: 'request_logs',
    index: INDICES[column],
    id: 'id',
    equal: { [column]: value },
    from: first,
    before,
  };
}
