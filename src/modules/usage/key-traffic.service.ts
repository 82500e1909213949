import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt, timeOfId } from '../../kernel/database/ids.js';
import type { SeriesSize } from './log-path.js';
import { type Caller, RequestLogRepository } from './request-log.repository.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { type RouteCount, UsageRepository } from './usage.repository.js';

const HOUR_MS = 3_600_000;
export const MOST_CALLERS = 100;
export const MOST_ROUTES = 100;
/** Lines of the log that are looked at to tell callers apart. */
const MOST_LINES = 100_000;

interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Who called with a key, and what. */
@Injectable()
export class KeyTraffic {
  constructor(
    private readonly logs: RequestLogRepository,
    private readonly series: RequestSeriesRepository,
    private readonly usage: UsageRepository,
    private readonly recorder: RequestRecorder,
  ) {}

  /** The callers with most requests, whether there are more, and since when they are counted: of so many lines only. */
  async callers(
    ctx: RequestContext,
    projectId: string,
    keyId: string,
    span: Span,
  ): Promise<{ callers: (Omit<Caller, 'last'> & { lastAt: Date })[]; more: boolean; since: Date }> {
    await this.recorder.flush();
    const [scope, filter] = [{ project_id: projectId }, { api_key_id: keyId }];
    const hours = await this.usage.linesByHour(ctx, scope, filter, boundsOf(span));
    const series = await this.series.sizes(ctx, scope, filter);
    const begin = await this.beginOfNewest(ctx, series, hours, span.to.getTime());
    const since = new Date(Math.max(span.from.getTime(), begin));
    const range = { first: firstIdAt('req', since), before: null };
    const found = await this.logs.callers(ctx, series, range);
    const sorted = found.sort(
      (one, other) => other.requests - one.requests || (one.last < other.last ? 1 : -1),
    );
    return {
      callers: sorted.slice(0, MOST_CALLERS).map(({ last, ...caller }) => ({
        ...caller,
        lastAt: new Date(timeOfId(last)),
      })),
      more: sorted.length > MOST_CALLERS,
      since,
    };
  }

  /** The routes with most requests, in whole hours. */
  async routes(ctx: RequestContext, projectId: string, keyId: string, span: Span): Promise<RouteCount[]> {
    await this.recorder.flush();
    const [scope, filter] = [{ project_id: projectId }, { api_key_id: keyId }];
    return this.usage.routes(ctx, scope, filter, boundsOf(span), MOST_ROUTES);
  }

  /** Since when the series have no more than {@link MOST_LINES}, to the millisecond. */
  private async beginOfNewest(
    ctx: RequestContext,
    series: readonly SeriesSize[],
    hours: readonly { hour: number; logged: number }[],
    now: number,
  ): Promise<number> {
    let left = MOST_LINES;
    for (const { hour, logged } of hours.toSorted((one, other) => other.hour - one.hour)) {
      if (logged > left) return this.beginWithin(ctx, series, hour * HOUR_MS, now, left);
      left -= logged;
    }
    return 0;
  }

  /** The same within an hour of which only the newest `left` lines fit. Requests may have come all at once. */
  private async beginWithin(
    ctx: RequestContext,
    series: readonly SeriesSize[],
    hour: number,
    now: number,
    left: number,
  ): Promise<number> {
    let [from, to] = [hour, Math.min(now, hour + HOUR_MS)];
    for (let fits = left; to - from > 1;) {
      const middle = Math.floor((from + to) / 2);
      const range = { first: firstIdAt('req', new Date(middle)), before: firstIdAt('req', new Date(to)) };
      const lines = await this.logs.countUpTo(ctx, series, range, fits + 1);
      if (lines > fits) from = middle;
      else [to, fits] = [middle, fits - lines];
    }
    return to;
  }
}

function boundsOf({ from, to }: Span): [number, number] {
  return [Math.floor(from.getTime() / HOUR_MS), Math.floor(to.getTime() / HOUR_MS) + 1];
}
