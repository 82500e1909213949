import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt, timeOfId } from '../../kernel/database/ids.js';
import { type Caller, RequestLogRepository } from './request-log.repository.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { type RouteCount, UsageRepository } from './usage.repository.js';

const HOUR_MS = 3_600_000;
export const MOST_CALLERS = 100;
export const MOST_ROUTES = 100;
/** Lines of the log that are looked at to tell callers apart: about a quarter of a second's work. */
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
    const lines = await this.usage.linesByHour(ctx, scope, filter, boundsOf(span));
    const since = new Date(Math.max(span.from.getTime(), beginOfNewest(lines, span.to.getTime())));
    const range = { first: firstIdAt('req', since), before: null };
    const found = await this.logs.callers(ctx, await this.series.sizes(ctx, scope, filter), range);
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
}

function boundsOf({ from, to }: Span): [number, number] {
  return [Math.floor(from.getTime() / HOUR_MS), Math.floor(to.getTime() / HOUR_MS) + 1];
}

/** Since when there are no more than {@link MOST_LINES}; within the hour that exceeds them, as if they came evenly. */
function beginOfNewest(lines: readonly { hour: number; logged: number }[], now: number): number {
  let left = MOST_LINES;
  for (const { hour, logged } of lines.toSorted((one, other) => other.hour - one.hour)) {
    if (logged > left) {
      const [begin, end] = [hour * HOUR_MS, Math.min(now, (hour + 1) * HOUR_MS)];
      return Math.floor(end - ((end - begin) * left) / logged);
    }
    left -= logged;
  }
  return 0;
}
