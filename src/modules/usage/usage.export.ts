import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { timeOfId } from '../../kernel/database/ids.js';
import type { Dataset, ExportQuery } from '../../kernel/facets/exports.js';
import { id, instant, like } from '../../kernel/http/schemas.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { type HourOfSeries, UsageExportRepository } from './usage-export.repository.js';
import { startOfHour } from './usage-range.js';

const HOUR_MS = 3_600_000;
/** Hours of series that are held in memory at a time, and put into order. */
const HELD = 20_000;
const LONGEST_SPAN_HOURS = 31 * 24;
/** Series whose hours one statement reads, while a span has so many hours. */
const READ = 2_000;

/** An hour's requests of one key on one route with one outcome. */
const UsageRow = z
  .object({
    at: instant.describe('When the hour began.'),
    api_key_id: id('key'),
    member_id: id('mbr').nullable(),
    method: like('GET').meta({ 'x-also-attribute': 'request_log.method' }),
    route: z.string().meta({ 'x-also-attribute': 'request_log.route' }),
    status: z.number().int().meta({ 'x-also-attribute': 'request_log.status' }),
    requests: z.number().int(),
    errors: z.number().int(),
  })
  .meta({ 'x-resource': 'usage.series' });
type UsageRow = z.infer<typeof UsageRow>;

/** Usage as exports have it: by the hour, and all that usage can be grouped by at once; hours without requests are left out. */
@Injectable()
export class UsageExport implements Dataset<UsageRow> {
  readonly permission = 'usage:read';
  readonly row = UsageRow;
  readonly ranged = true;

  constructor(
    private readonly series: RequestSeriesRepository,
    private readonly hours: UsageExportRepository,
    private readonly recorder: RequestRecorder,
  ) {}

  async count(ctx: RequestContext, query: ExportQuery): Promise<number> {
    let count = 0;
    for await (const rows of this.spans(ctx, query)) count += rows.length;
    return count;
  }

  async *rows(ctx: RequestContext, query: ExportQuery): AsyncGenerator<UsageRow[]> {
    for await (const rows of this.spans(ctx, query)) {
      // Hours of different series come by series.
      rows.sort((one, other) => one.hour - other.hour || one.series_id - other.series_id);
      for (let at = 0; at < rows.length; at += 500) yield rows.slice(at, at + 500).map(toUsageRow);
    }
  }

  /** The hours of all series, a span of time after the other; the more series there are, the shorter. */
  private async *spans(
    ctx: RequestContext,
    { projectId, from, to }: ExportQuery,
  ): AsyncGenerator<HourOfSeries[]> {
    await this.recorder.flush();
    // Before the project there was nothing.
    const begin = Math.max(from?.getTime() ?? 0, timeOfId(projectId));
    const end = Math.ceil(Math.min(to?.getTime() ?? Infinity, Date.now()) / HOUR_MS);
    const ids = await this.series.ids(ctx, { project_id: projectId });
    if (ids.length === 0) return;
    const span = Math.min(LONGEST_SPAN_HOURS, Math.max(1, Math.floor(HELD / ids.length)));
    const together = Math.max(1, Math.floor(READ / span));
    for (let hour = Math.floor(begin / HOUR_MS); hour < end; hour += span) {
      const rows: HourOfSeries[] = [];
      const until = Math.min(end, hour + span);
      for (let at = 0; at < ids.length; at += together) {
        for (const row of await this.hours.of(ctx, ids.slice(at, at + together), hour, until)) rows.push(row);
        await turn();
      }
      if (rows.length > 0) yield rows;
    }
  }
}

function toUsageRow({
  hour,
  api_key_id,
  member_id,
  method,
  route,
  status,
  requests,
}: HourOfSeries): UsageRow {
  const at = startOfHour(hour).toISOString();
  return { at, api_key_id, member_id, method, route, status, requests, errors: status >= 400 ? requests : 0 };
}
