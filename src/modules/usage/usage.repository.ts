import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import type { RequestSeriesEntity } from './request-series.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import type { GroupField, UsageCount } from './usage.dto.js';
import { UsageDayEntity, UsageHourEntity } from './usage-count.entity.js';
import { bucketOf, conditionOf, partsOf, type UsagePart } from './usage-parts.js';
import type { RequestFilter, UsageScope } from './usage-scope.js';

/** Successive whole hours since 1970, UTC: where each bucket of time begins, and where the last one ends. */
type Bounds = readonly number[];
type Raw = Record<'bucket' | 'label' | 'requests' | 'errors', number | string | null>;

const SUMS = {
  requests: 'COALESCE(SUM(u.requests), 0)',
  errors: 'COALESCE(SUM(CASE WHEN s.status >= 400 THEN u.requests ELSE 0 END), 0)',
};

/** Requests to one route. */
export interface RouteCount {
  method: string;
  route: string;
  requests: number;
  errors: number;
}

/** Reads the hourly and daily counts. */
@Injectable()
export class UsageRepository {
  constructor(
    private readonly database: Database,
    private readonly allSeries: RequestSeriesRepository,
  ) {}

  /** Lines that the log got of requests between two bounds. */
  async lines(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    bounds: Bounds,
  ): Promise<number> {
    let sum = 0;
    for (const part of partsOf(bounds)) {
      const row = await this.counted(ctx, scope, filter, part)
        .select('COALESCE(SUM(u.requests - u.unlogged), 0)', 'logged')
        .getRawOne<{ logged: number | string }>();
      sum += Number(row!.logged);
    }
    return sum;
  }

  /** The same by the hour; hours without requests are left out. */
  async linesByHour(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    [from, to]: readonly [number, number],
  ): Promise<{ hour: number; logged: number }[]> {
    const part = { unit: 'hour', from, to, only: [], except: [], beginnings: [] } as const;
    const rows = await this.counted(ctx, scope, filter, part)
      .select('u.hour', 'hour')
      .addSelect('SUM(u.requests - u.unlogged)', 'logged')
      .groupBy('u.hour')
      .getRawMany<{ hour: number; logged: number | string }>();
    return rows.map(({ hour, logged }) => ({ hour, logged: Number(logged) }));
  }

  /** The routes with most requests between two bounds. */
  async routes(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    [from, to]: readonly [number, number],
    limit: number,
  ): Promise<RouteCount[]> {
    const part = { unit: 'hour', from, to, only: [], except: [], beginnings: [] } as const;
    const rows = await this.summed(ctx, scope, filter, part)
      .addSelect('s.method', 'method')
      .addSelect('s.route', 'route')
      .groupBy('s.method')
      .addGroupBy('s.route')
      .orderBy('requests', 'DESC')
      .addOrderBy('s.route', 'ASC')
      .addOrderBy('s.method', 'ASC')
      .limit(limit)
      .getRawMany<Record<keyof RouteCount, string>>();
    return rows.map(({ method, route, requests, errors }) => {
      return { method, route, requests: Number(requests), errors: Number(errors) };
    });
  }

  /** Requests between two bounds. */
  async total(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    bounds: Bounds,
  ): Promise<UsageCount> {
    let [requests, errors] = [0, 0];
    for (const part of partsOf(bounds)) {
      const [row] = await this.summed(ctx, scope, filter, part).getRawMany<Raw>();
      requests += Number(row!.requests);
      errors += Number(row!.errors);
    }
    return { requests, errors };
  }

  /** Requests by bucket, oldest first; by group too when there is one, of `groups` only. */
  async series(
    ctx: RequestContext,
    scope: UsageScope,
    bounds: Bounds,
    field?: GroupField,
    groups: readonly UsageCount[] = [],
  ): Promise<UsageCount[]> {
    if (field && groups.length === 0) return [];
    const values = groups.map(({ group }) => group).filter(group => group !== null);
    const parts = partsOf(bounds).map(part => {
      const query = this.summed(ctx, scope, {}, part).addSelect(bucketOf(part), 'bucket');
      query.groupBy(bucketOf(part));
      if (!field) return query;
      if (values.length === groups.length) query.andWhere(`s.${field} IN (:...values)`, { values });
      return query.addSelect(`s.${field}`, 'label').addGroupBy(`s.${field}`);
    });
    const labels = field ? 'bucket, label' : 'bucket';
    return this.together(ctx, parts, labels, labels);
  }

  /** The groups with most requests between two bounds. */
  async groups(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    bounds: Bounds,
    field: GroupField,
    limit: number,
  ): Promise<UsageCount[]> {
    const parts = partsOf(bounds).map(part =>
      this.summed(ctx, scope, filter, part).addSelect(`s.${field}`, 'label').groupBy(`s.${field}`),
    );
    return this.together(ctx, parts, 'label', `requests DESC, label LIMIT ${limit}`);
  }

  /** How many different keys made requests between two bounds. */
  async callers(ctx: RequestContext, scope: UsageScope, bounds: Bounds): Promise<number> {
    const callers = new Set<string>();
    for (const part of partsOf(bounds)) {
      const query = this.counted(ctx, scope, {}, part).select('DISTINCT s.api_key_id', 'caller');
      for (const { caller } of await query.getRawMany<{ caller: string }>()) callers.add(caller);
    }
    return callers.size;
  }

  /** What several parts count, added up by the labels they have in common. */
  private async together(
    ctx: RequestContext,
    parts: readonly SelectQueryBuilder<RequestSeriesEntity>[],
    labels: string,
    order: string,
  ): Promise<UsageCount[]> {
    const statements = parts.map(part => part.getQueryAndParameters());
    const rows = await this.database.read(ctx).query<Raw[]>(
      `SELECT ${labels}, SUM(requests) AS requests, SUM(errors) AS errors
        FROM (${statements.map(([sql]) => sql).join(' UNION ALL ')}) parts
        GROUP BY ${labels} ORDER BY ${order}`,
      statements.flatMap(([, parameters]) => parameters),
    );
    return rows.map(toCount);
  }

  private summed(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    part: UsagePart,
  ): SelectQueryBuilder<RequestSeriesEntity> {
    return this.counted(ctx, scope, filter, part)
      .select(SUMS.requests, 'requests')
      .addSelect(SUMS.errors, 'errors');
  }

  private counted(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    part: UsagePart,
  ): SelectQueryBuilder<RequestSeriesEntity> {
    return this.allSeries
      .matching(ctx, scope, filter)
      .innerJoin(part.unit === 'hour' ? UsageHourEntity : UsageDayEntity, 'u', 'u.series_id = s.id')
      .andWhere(conditionOf(part));
  }
}

function toCount(row: Raw): UsageCount {
  return {
    bucket: Number(row.bucket),
    group: row.label,
    requests: Number(row.requests),
    errors: Number(row.errors),
  };
}
