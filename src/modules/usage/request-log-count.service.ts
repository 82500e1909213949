import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt, timeOfId } from '../../kernel/database/ids.js';
import { partsOf } from './log-path.js';
import { type IdRange, RequestLogRepository } from './request-log.repository.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { UsageRepository } from './usage.repository.js';
import { isNarrowed, type RequestFilter, type UsageScope } from './usage-scope.js';

const HOUR_MS = 3_600_000;
/** Series whose lines are counted one by one, rather than found among all of an hour. */
const MOST_SERIES = 500;

/**
 * How many lines of the request log match, without reading them: from what is counted by series, by day and
 * by hour. Only the hours that a range cuts in two are counted line by line.
 */
@Injectable()
export class RequestLogCount {
  constructor(
    private readonly logs: RequestLogRepository,
    private readonly series: RequestSeriesRepository,
    private readonly usage: UsageRepository,
  ) {}

  async count(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    range: IdRange,
  ): Promise<number> {
    const logged = await this.series.logged(ctx, scope, filter);
    if (logged === 0 || (!range.first && !range.before)) return logged;
    const from = range.first ? timeOfId(range.first) : 0;
    const to = range.before ? timeOfId(range.before) : Date.now() + HOUR_MS;
    return this.between(ctx, scope, filter, from, to);
  }

  private async between(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    from: number,
    to: number,
  ): Promise<number> {
    if (from >= to) return 0;
    const firstHour = Math.ceil(from / HOUR_MS);
    const endHour = Math.floor(to / HOUR_MS);
    if (firstHour >= endHour) return this.lines(ctx, scope, filter, from, to);
    return (
      (await this.lines(ctx, scope, filter, from, firstHour * HOUR_MS)) +
      (await this.usage.lines(ctx, scope, filter, [firstHour, endHour])) +
      (await this.lines(ctx, scope, filter, endHour * HOUR_MS, to))
    );
  }

  private async lines(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    from: number,
    to: number,
  ): Promise<number> {
    if (from >= to) return 0;
    const range = { first: firstIdAt('req', new Date(from)), before: firstIdAt('req', new Date(to)) };
    const chosen = isNarrowed(filter) ? await this.series.sizes(ctx, scope, filter) : null;
    if (chosen && chosen.length <= MOST_SERIES) return this.logs.count(ctx, partsOf(chosen), range);
    const where = chosen ? this.series.among(ctx, scope, filter) : undefined;
    return this.logs.count(ctx, await this.series.projects(ctx, scope), range, where);
  }
}
