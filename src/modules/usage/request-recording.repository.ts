import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { TakesStatements } from '../../kernel/database/batch.js';
import { Database } from '../../kernel/database/database.js';
import { insertMissing, insertRows } from '../../kernel/database/insert-rows.js';
import { upsert } from '../../kernel/database/upsert.js';
import { type RequestRecord, type SeriesHour, seriesOf } from './request-record.js';
import { RequestSeriesEntity } from './request-series.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';

const LOG_COLUMNS = [
  ...['id', 'project_id', 'series_id', 'duration_ms'],
  ...['ip', 'user_agent', 'error_code', 'request_id'],
];
const SERIES = {
  table: 'request_series',
  columns: [
    ...['project_id', 'organization_id', 'api_key_id', 'member_id'],
    ...['method', 'route', 'status', 'logged'],
  ],
  key: ['api_key_id', 'method', 'route', 'status'],
};
const COUNTS = { values: ['requests', 'unlogged'], onConflict: 'add' } as const;

type SeriesId = (gathered: SeriesHour) => number;

/** Writes what was recorded of requests. Plain statements: thousands of rows a second go through here. */
@Injectable()
export class RequestRecordingRepository {
  constructor(
    private readonly database: Database,
    private readonly series: RequestSeriesRepository,
  ) {}

  /** The ids of the series the samples belong to, made where there is none yet; by the series' text. */
  async ensureSeries(ctx: RequestContext, samples: readonly RequestRecord[]): Promise<Map<string, number>> {
    const manager = await this.database.write(ctx);
    const owners = await this.organizationsOf(ctx, samples);
    const rows = samples.map(sample => [
      ...[sample.projectId, owners.get(sample.projectId) ?? sample.organizationId],
      ...[sample.apiKeyId, sample.memberId],
      ...[sample.method, sample.route, sample.status, 0],
    ]);
    await insertMissing(manager, this.database.kind, SERIES, rows);
    const found = await manager.findBy(RequestSeriesEntity, {
      api_key_id: In([...new Set(samples.map(sample => sample.apiKeyId))]),
      route: In([...new Set(samples.map(sample => sample.route))]),
    });
    return new Map(found.map(row => [labelsOf(row), row.id]));
  }

  /**
   * The organizations of the projects, by project. They may have been moved since the requests came; until the unit of
   * work ends, none is.
   */
  private async organizationsOf(
    ctx: RequestContext,
    samples: readonly RequestRecord[],
  ): Promise<Map<string, string>> {
    const ids = [...new Set(samples.map(({ projectId }) => projectId))];
    const rows = await this.database.queryLocked<{ id: string; organization_id: string }>(
      ctx,
      `SELECT id, organization_id FROM projects WHERE id IN (${ids.map(() => '?').join(', ')}) ORDER BY id`,
      ids,
    );
    return new Map(rows.map(row => [row.id, row.organization_id]));
  }

  /** Adds lines to the request log. */
  async insertLines(
    into: TakesStatements,
    gathered: readonly SeriesHour[],
    seriesId: SeriesId,
  ): Promise<void> {
    const lines = gathered.flatMap(one => {
      const series = seriesId(one);
      return one.lines.map(record => ({ record, series }));
    });
    await insertRows(into, 'request_logs', LOG_COLUMNS, lines, ({ record, series }) => [
      record.id,
      record.projectId,
      series,
      record.durationMs,
      record.ip,
      record.userAgent,
      record.errorCode,
      record.requestId === record.id ? null : record.requestId,
    ]);
  }

  /** Adds requests to the hours and days they fall into. */
  async addToUsage(
    into: TakesStatements,
    gathered: readonly SeriesHour[],
    seriesId: SeriesId,
  ): Promise<void> {
    const { kind } = this.database;
    const hours = gathered.map(one => [
      ...[seriesId(one), one.hour],
      ...[one.lines.length + one.unlogged, one.unlogged],
    ]);
    const days = hours.map(([series, hour, ...counts]) => [series!, Math.floor(hour! / 24), ...counts]);
    await upsert(into, kind, { table: 'usage_hours', keys: ['series_id', 'hour'], ...COUNTS }, hours);
    await upsert(into, kind, { table: 'usage_days', keys: ['series_id', 'day'], ...COUNTS }, days);
  }

  /** Notes how many lines the log got more, by series. */
  async addLogged(into: TakesStatements, gathered: readonly SeriesHour[], seriesId: SeriesId): Promise<void> {
    const logged = new Map<number, number>();
    for (const one of gathered) {
      if (one.lines.length === 0) continue;
      logged.set(seriesId(one), (logged.get(seriesId(one)) ?? 0) + one.lines.length);
    }
    await this.series.addLogged(into, logged);
  }
}

function labelsOf(row: RequestSeriesEntity): string {
  const { api_key_id: apiKeyId, status, method, route } = row;
  return seriesOf({ apiKeyId, status, method, route } as RequestRecord);
}
