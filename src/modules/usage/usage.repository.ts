import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { RequestSeriesEntity } from './request-series.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import type { GroupField, UsageCount } from './usage.dto.js';
import { UsageDayEntity, UsageHourEntity } from './usage-count.entity.js';
import type { UsageRange } from './usage-range.js';
import type { RequestFilter, UsageScope } from './usage-scope.js';

type Raw = Record<keyof UsageCount, number | string | null>;

/** Reads the hourly and daily counts. */
@Injectable()
export class UsageRepository {
  constructor(private readonly allSeries: RequestSeriesRepository) {}

  /** Lines that the log got of requests in a range of whole hours or days. */
  async lines(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    range: UsageRange,
  ): Promise<number> {
    const row = await this.counted(ctx, scope, filter, range)
      .select('COALESCE(SUM(u.requests - u.unlogged), 0)', 'logged')
      .getRawOne<{ logged: number | string }>();
    return Number(row!.logged);
  }

  /** Requests in a range of whole hours or days. */
  async total(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    range: UsageRange,
  ): Promise<UsageCount> {
    const [row] = await this.counted(ctx, scope, filter, range).getRawMany<Raw>();
    return toCount(row!);
  }

  /** Requests by hour or day, oldest first; by group too when there is one, of `groups` only. */
  async series(
    ctx: RequestContext,
    scope: UsageScope,
    range: UsageRange,
    field?: GroupField,
    groups: UsageCount[] = [],
  ): Promise<UsageCount[]> {
    const query = this.counted(ctx, scope, {}, range).addSelect(`u.${range.unit}`, 'at');
    query.groupBy(`u.${range.unit}`).orderBy(`u.${range.unit}`, 'ASC');
    if (field) {
      if (groups.length === 0) return [];
      const values = groups.map(({ group }) => group).filter(group => group !== null);
      query.addSelect(`s.${field}`, 'group').addGroupBy(`s.${field}`).addOrderBy(`s.${field}`, 'ASC');
      if (values.length === groups.length) query.andWhere(`s.${field} IN (:...values)`, { values });
    }
    return (await query.getRawMany<Raw>()).map(toCount);
  }

  /** The groups with most requests in the range. */
  async groups(
    ctx: RequestContext,
    scope: UsageScope,
    range: UsageRange,
    field: GroupField,
    limit: number,
  ): Promise<UsageCount[]> {
    const rows = await this.counted(ctx, scope, {}, range)
      .addSelect(`s.${field}`, 'group')
      .groupBy(`s.${field}`)
      .orderBy('requests', 'DESC')
      .addOrderBy(`s.${field}`, 'ASC')
      .limit(limit)
      .getRawMany<Raw>();
    return rows.map(toCount);
  }

  /** How many different keys made requests in the range. */
  async callers(ctx: RequestContext, scope: UsageScope, range: UsageRange): Promise<number> {
    const query = this.counted(ctx, scope, {}, range).select('COUNT(DISTINCT s.api_key_id)', 'callers');
    const row = await query.getRawOne<{ callers: number | string }>();
    return Number(row!.callers);
  }

  private counted(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    { unit, from, to }: UsageRange,
  ): SelectQueryBuilder<RequestSeriesEntity> {
    return this.allSeries
      .matching(ctx, scope, filter)
      .innerJoin(unit === 'hour' ? UsageHourEntity : UsageDayEntity, 'u', 'u.series_id = s.id')
      .andWhere(`u.${unit} >= :first AND u.${unit} < :end`, { first: from, end: to })
      .select('COALESCE(SUM(u.requests), 0)', 'requests')
      .addSelect('COALESCE(SUM(CASE WHEN s.status >= 400 THEN u.requests ELSE 0 END), 0)', 'errors');
  }
}

function toCount(row: Raw): UsageCount {
  return {
    at: Number(row.at),
    group: row.group,
    requests: Number(row.requests),
    errors: Number(row.errors),
  };
}
