import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import type { RequestSeriesEntity } from './request-series.entity.js';

/** The requests of one series in one hour. */
export type HourOfSeries = Pick<
  RequestSeriesEntity,
  'api_key_id' | 'member_id' | 'method' | 'route' | 'status'
> & {
  readonly series_id: number;
  /** Whole hours since 1970, UTC. */
  readonly hour: number;
  readonly requests: number;
};

@Injectable()
export class UsageExportRepository {
  constructor(private readonly database: Database) {}

  /** What these series counted from one hour on and before another, series by series. */
  async of(
    ctx: RequestContext,
    seriesIds: readonly number[],
    from: number,
    to: number,
  ): Promise<HourOfSeries[]> {
    const rows = await this.database
      .read(ctx)
      .query<HourOfSeries[]>(
        'SELECT u.series_id, u.hour, u.requests, s.api_key_id, s.member_id, s.method, s.route, s.status ' +
          'FROM usage_hours u JOIN request_series s ON s.id = u.series_id ' +
          `WHERE u.series_id IN (${seriesIds.map(() => '?').join(', ')}) AND u.hour >= ? AND u.hour < ?`,
        [...seriesIds, from, to],
      );
    return rows.map(row => ({ ...row, requests: Number(row.requests) }));
  }
}
