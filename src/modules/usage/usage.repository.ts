import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import type { RequestSeriesEntity } from './request-series.entity.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import type { GroupField, UsageCount } from './usage.dto.js';
import { UsageDayEntity, UsageHourEntity } from './usage-count.entity.js';
import { bucketOf, conditionOf, countsIn, partsOf, type UsagePart } from './usage-parts.js';
import type { RequestFilter, UsageScope } from './usage-scope.js';

/** Successive whole hours since 1970, UTC: where each bucket of time begins, and where the last one ends. */
type Bounds = readonly number[];
type Query = SelectQueryBuilder<RequestSeriesEntity>;
type Raw = Record<'bucket' | 'label' | 'requests' | 'errors', number | string | null>;

const SUMS = {
  requests: 'COALESCE(SUM(u.requests), 0)',
  errors: 'COALESCE(SUM(CASE WHEN s.status >= 400 THEN u.requests ELSE 0 END), 0)',
};

/** Hours or days that one statement reads at first, of however many series. */
const FIRST_COUNTS = 10_000;
const MOST_SERIES = 2_000;
const FEWEST_SERIES = 20;
/** A statement that took less than this is followed by one for more series, one that took double by one for fewer. */
const STEP_MS = 3;

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
    await this.inSteps(ctx, scope, filter, bounds, async (some, narrowed) => {
      for (const part of partsOf(bounds)) {
        const row = await narrowed(this.counted(ctx, scope, some, part))
          .select('COALESCE(SUM(u.requests - u.unlogged), 0)', 'logged')
          .getRawOne<{ logged: number | string }>();
        sum += Number(row!.logged);
      }
    });
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
    const [total] = await this.together(ctx, scope, filter, bounds, query => query);
    return { requests: total?.requests ?? 0, errors: total?.errors ?? 0 };
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
    const counted = await this.together(ctx, scope, {}, bounds, (query, part) => {
      query.addSelect(bucketOf(part), 'bucket').groupBy(bucketOf(part));
      if (!field) return query;
      if (values.length === groups.length) query.andWhere(`s.${field} IN (:...values)`, { values });
      return query.addSelect(`s.${field}`, 'label').addGroupBy(`s.${field}`);
    });
    return counted.sort((one, other) => one.bucket! - other.bucket! || byLabel(one, other));
  }

  /** All groups that made requests between two bounds, those with most first. */
  async groups(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    bounds: Bounds,
    field: GroupField,
  ): Promise<UsageCount[]> {
    const counted = await this.together(ctx, scope, filter, bounds, query =>
      query.addSelect(`s.${field}`, 'label').groupBy(`s.${field}`),
    );
    return counted.sort((one, other) => other.requests - one.requests || byLabel(one, other));
  }

  /** How many different keys made requests between two bounds. */
  async callers(ctx: RequestContext, scope: UsageScope, bounds: Bounds): Promise<number> {
    const callers = new Set<string>();
    await this.inSteps(ctx, scope, {}, bounds, async (some, narrowed) => {
      for (const part of partsOf(bounds)) {
        const query = narrowed(this.counted(ctx, scope, some, part)).select(
          'DISTINCT s.api_key_id',
          'caller',
        );
        for (const { caller } of await query.getRawMany<{ caller: string }>()) callers.add(caller);
      }
    });
    return callers.size;
  }

  /** What the parts of a range count, added up by bucket and label where `grouped` makes a statement select them. */
  private async together(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    bounds: Bounds,
    grouped: (query: Query, part: UsagePart) => Query,
  ): Promise<UsageCount[]> {
    const counts = new Map<string, UsageCount>();
    await this.inSteps(ctx, scope, filter, bounds, async (some, narrowed) => {
      for (const part of partsOf(bounds)) {
        const query = grouped(narrowed(this.summed(ctx, scope, some, part)), part);
        for (const row of await query.getRawMany<Raw>()) add(counts, toCount(row));
      }
    });
    return [...counts.values()];
  }

  /**
   * Goes through the series in the scope that pass the filter. SQLite reads in this process: some after others, so that
   * each statement takes some milliseconds and others get their turn in between. `step` is given the filter and what else narrows a statement to
   * those whose turn it is.
   */
  private async inSteps(
    ctx: RequestContext,
    scope: UsageScope,
    filter: RequestFilter,
    bounds: Bounds,
    step: (filter: RequestFilter, narrowed: (query: Query) => Query) => Promise<void>,
  ): Promise<void> {
    if (this.database.kind !== 'sqlite') return step(filter, query => query);
    let size = Math.min(MOST_SERIES, Math.ceil(FIRST_COUNTS / Math.max(1, countsIn(bounds))));
    // By project, since the index of an organization's series goes by it before the id.
    for (const { value } of await this.allSeries.projects(ctx, scope)) {
      if ((filter.project_id ?? value) !== value) continue;
      const ofProject = { ...filter, project_id: String(value) };
      for (let after = 0; ;) {
        const began = performance.now();
        const last = await this.allSeries.nthAfter(ctx, scope, ofProject, after, size);
        await step(ofProject, query => {
          query.andWhere('s.id > :after', { after });
          return last === null ? query : query.andWhere('s.id <= :last', { last });
        });
        const took = performance.now() - began;
        await turn();
        if (took < STEP_MS) size = Math.min(MOST_SERIES, size * 2);
        else if (took > 2 * STEP_MS) size = Math.max(FEWEST_SERIES, size >> 1);
        if (last === null) break;
        after = last;
      }
    }
  }

  private summed(ctx: RequestContext, scope: UsageScope, filter: RequestFilter, part: UsagePart): Query {
    return this.counted(ctx, scope, filter, part)
      .select(SUMS.requests, 'requests')
      .addSelect(SUMS.errors, 'errors');
  }

  private counted(ctx: RequestContext, scope: UsageScope, filter: RequestFilter, part: UsagePart): Query {
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

/** Adds what was counted to what has the same bucket and group. */
function add(counts: Map<string, UsageCount>, count: UsageCount): void {
  const key = JSON.stringify([count.bucket, count.group]);
  const known = counts.get(key);
  if (!known) counts.set(key, count);
  else {
    known.requests += count.requests;
    known.errors += count.errors;
  }
}

/** As databases sort: null first. */
function byLabel({ group: one = null }: UsageCount, { group: other = null }: UsageCount): number {
  if (one === other) return 0;
  if (one === null || other === null) return one === null ? -1 : 1;
  return one < other ? -1 : 1;
}
