import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { upsert } from '../../kernel/database/upsert.js';
import { seriesOf, type RequestRecord, type Tally } from './request-record.js';
import { RequestSeriesEntity } from './request-series.entity.js';

const LOG_COLUMNS = [
  ...['id', 'project_id', 'series_id', 'duration_ms'],
  ...['ip', 'user_agent', 'error_code', 'request_id'],
];

/** Writes what was recorded of requests. Plain statements: thousands of rows a second go through here. */
@Injectable()
export class RequestRecordingRepository {
  constructor(private readonly database: Database) {}

  /** The ids of the series the samples belong to, made where there is none yet; by the series' text. */
  async ensureSeries(ctx: RequestContext, samples: readonly RequestRecord[]): Promise<Map<string, number>> {
    const manager = await this.database.write(ctx);
    const rows = samples.map(sample => ({
      project_id: sample.projectId,
      organization_id: sample.organizationId,
      api_key_id: sample.apiKeyId,
      member_id: sample.memberId,
      method: sample.method,
      route: sample.route,
      status: sample.status,
      logged: 0,
    }));
    await manager.createQueryBuilder().insert().into(RequestSeriesEntity).values(rows).orIgnore().execute();
    const keys = [...new Set(samples.map(sample => sample.apiKeyId))];
    const found = await manager.findBy(RequestSeriesEntity, {
      api_key_id: In(keys),
      route: In([...new Set(samples.map(sample => sample.route))]),
    });
    return new Map(found.map(row => [labelsOf(row), row.id]));
  }

  /** Adds lines to the request log. */
  async insertLines(
    ctx: RequestContext,
    records: readonly RequestRecord[],
    seriesId: (record: RequestRecord) => number,
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    await insertRows(manager, 'request_logs', LOG_COLUMNS, records, record => [
      record.id,
      record.projectId,
      seriesId(record),
      record.durationMs,
      record.ip?.slice(0, 45) ?? null,
      record.userAgent?.slice(0, 512) ?? null,
      record.errorCode,
      record.requestId === record.id ? null : record.requestId,
    ]);
  }

  /** Adds requests to the hours and days they fall into. */
  async addToUsage(
    ctx: RequestContext,
    tallies: readonly Tally[],
    seriesId: (record: RequestRecord) => number,
  ): Promise<void> {
    const hours = tallies.map(({ sample, hour, requests }) => [seriesId(sample), hour, requests]);
    const days = hours.map(([series, hour, requests]) => [series!, Math.floor(hour! / 24), requests!]);
    const manager = await this.database.write(ctx);
    const add = { value: 'requests', onConflict: 'add' } as const;
    await upsert(
      manager,
      this.database.kind,
      { table: 'usage_hours', keys: ['series_id', 'hour'], ...add },
      hours,
    );
    await upsert(
      manager,
      this.database.kind,
      { table: 'usage_days', keys: ['series_id', 'day'], ...add },
      days,
    );
  }

  /** Notes how many lines the log got more, by series. */
  async addLogged(ctx: RequestContext, lines: ReadonlyMap<number, number>): Promise<void> {
    const manager = await this.database.write(ctx);
    for (const [id, count] of [...lines].sort(([one], [other]) => one - other)) {
      await manager.query('UPDATE request_series SET logged = logged + ? WHERE id = ?', [count, id]);
    }
  }
}

function labelsOf(row: RequestSeriesEntity): string {
  const { api_key_id: apiKeyId, status, method, route } = row;
  return seriesOf({ apiKeyId, status, method, route } as RequestRecord);
}
