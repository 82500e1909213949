import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt, isId, timeOfId } from '../../kernel/database/ids.js';
import { Lists } from '../../kernel/database/lists.js';
import { type Condition, every, type Stretch } from '../../kernel/database/stretch.js';
import { partsOf } from './log-path.js';
import { type IdRange, type LogLine, RequestLogRepository, stretchOf } from './request-log.repository.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { isNarrowed, type LineFilter, type RequestFilter, type UsageScope } from './usage-scope.js';

/** Series that are searched one by one, rather than all the log they are spread over. */
const MOST_SERIES = 50;
/** All lines of a request are made while it is answered. */
const REQUEST_MS = 60_000;

/**
 * Finds lines of the request log by what no index knows, in steps of some milliseconds. An index by address, say, would
 * make each line three times as dear to write. What the series tell narrows the search.
 */
@Injectable()
export class RequestLogSearch {
  constructor(
    private readonly logs: RequestLogRepository,
    private readonly lists: Lists,
    private readonly series: RequestSeriesRepository,
  ) {}

  /** How many lines match, at most one more than a page says. */
  async total(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    line: LineFilter,
    range: IdRange,
  ): Promise<number> {
    return this.lists.total(ctx, await this.stretches(ctx, scope, filter, line, range));
  }

  /** The newest lines that match, newest first. */
  async newest(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    line: LineFilter,
    range: IdRange,
    limit: number,
  ): Promise<LogLine[]> {
    return this.logs.newestOf(ctx, await this.stretches(ctx, scope, filter, line, range), limit);
  }

  private async stretches(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    { q, ip }: LineFilter,
    range: IdRange,
  ): Promise<Stretch[]> {
    const from = ip === undefined ? undefined : { sql: '+t.ip = ?', parameters: [ip] };
    const id = q?.toLowerCase();
    if (id !== undefined && isId(id, 'req')) {
      const narrowed = within(range, id);
      return this.parts(ctx, scope, filter, narrowed, () => every([from, ofRequest(id)]));
    }
    const text = q === undefined ? undefined : ofText(q);
    const routes = q === undefined ? [] : await this.series.withRoute(ctx, scope, filter, q.toLowerCase());
    const named = new Set(routes);
    const inRoute = routes.length > 0 ? this.series.among(ctx, scope, filter, id) : undefined;
    return this.parts(ctx, scope, filter, range, series => {
      if (!text) return from;
      // In a series whose route has the text, all lines match.
      if (series !== null) return named.has(series) ? from : every([from, text]);
      return every([from, inRoute ? either(inRoute, text) : text]);
    });
  }

  /** The series that pass the filter, or, where they are many, the whole log of the scope; each with its condition. */
  private async parts(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    range: IdRange,
    conditionOf: (series: number | null) => Condition | undefined,
  ): Promise<Stretch[]> {
    const chosen = isNarrowed(filter) ? await this.series.sizes(ctx, scope, filter) : null;
    if (chosen && chosen.length <= MOST_SERIES) {
      return partsOf(chosen).map((part, at) => ({
        ...stretchOf(part, range),
        where: conditionOf(chosen[at]!.id),
      }));
    }
    const where = every([chosen ? this.series.among(ctx, scope, filter) : undefined, conditionOf(null)]);
    const projects = await this.series.projects(ctx, scope);
    return projects.map(part => ({ ...stretchOf(part, range), where }));
  }
}

function either(one: Condition, other: Condition): Condition {
  return { sql: `${one.sql} OR ${other.sql}`, parameters: [...one.parameters, ...other.parameters] };
}

function ofRequest(id: string): Condition {
  return { sql: '(+t.id = ? OR t.request_id = ?)', parameters: [id, id] };
}

/** Text in what a client calls itself, or in the error's code. Databases agree on the case of ASCII letters only. */
function ofText(q: string): Condition {
  const text = q.toLowerCase();
  const parameters = [text, text];
  const sql = 'INSTR(LOWER(t.user_agent), ?) > 0 OR INSTR(t.error_code, ?) > 0';
  if (text === q) return { sql: `(${sql})`, parameters };
  return { sql: `(${sql} OR INSTR(t.user_agent, ?) > 0)`, parameters: [...parameters, q] };
}

/** The part of a range in which the lines of a request are. */
function within({ first, before }: IdRange, id: string): IdRange {
  const at = timeOfId(id);
  const [begin, end] = [firstIdAt('req', new Date(at)), firstIdAt('req', new Date(at + REQUEST_MS))];
  return {
    first: first && first > begin ? first : begin,
    before: before && before < end ? before : end,
  };
}
