import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { RequestLogCount } from './request-log-count.service.js';
import { RequestRecorder } from './request-recorder.service.js';
import { GROUP_FIELD, toUsage, type Usage, type UsageCount, type UsageQuery } from './usage.dto.js';
import { UsageRepository } from './usage.repository.js';
import { rangeOf, type UsageRange } from './usage-range.js';
import type { UsageScope } from './usage-scope.js';

const MOST_GROUPS = 100;

/** How much was called: by hour, day, week or month, by key, member, route, status or project. */
@Injectable()
export class UsageService {
  constructor(
    private readonly usage: UsageRepository,
    private readonly lines: RequestLogCount,
    private readonly recorder: RequestRecorder,
  ) {}

  /** Counts the requests of a range, those of a moment ago included. @throws AppError `validation_failed` */
  async show(ctx: RequestContext, scope: UsageScope, query: UsageQuery): Promise<Usage> {
    const range = rangeOf(query, Date.now());
    await this.recorder.flush();
    const field = query.group_by && GROUP_FIELD[query.group_by];
    const all = field ? await this.usage.groups(ctx, scope, {}, endsOf(range), field) : [];
    const groups = all.slice(0, MOST_GROUPS);
    const counted = await this.usage.series(ctx, scope, range.bounds, field, groups);
    const series = field ? withinGroups(counted, groups) : withEmpty(range, counted);
    return toUsage(range, query.group_by, { series, groups, totals: sumOf(field ? all : counted) });
  }

  /** Requests of a project between two instants, to the millisecond. */
  async between(
    ctx: RequestContext,
    projectId: string,
    { from, to }: { from: Date; to: Date },
  ): Promise<Pick<UsageCount, 'requests' | 'errors'>> {
    await this.recorder.flush();
    const scope = { project_id: projectId };
    const range = { first: firstIdAt('req', from), before: firstIdAt('req', to) };
    const requests = await this.lines.count(ctx, scope, {}, range);
    const client = await this.lines.count(ctx, scope, { status: '4xx' }, range);
    const server = await this.lines.count(ctx, scope, { status: '5xx' }, range);
    return { requests, errors: client + server };
  }

  /** How many requests a project got in the last thirty days, today included. */
  async requestsOfLastMonth(ctx: RequestContext, projectId: string): Promise<number> {
    if (!ctx.unit?.writing) await this.recorder.flush();
    const from = new Date(Date.now() - 30 * 24 * 3_600_000).toISOString();
    const range = rangeOf({ from, granularity: 'day' }, Date.now());
    return (await this.usage.total(ctx, { project_id: projectId }, {}, endsOf(range))).requests;
  }

  /** How many keys of a project made requests in the last 24 hours, the current one included. */
  async callersOfLastDay(ctx: RequestContext, projectId: string): Promise<number> {
    // Inside a transaction one cannot wait for another.
    if (!ctx.unit?.writing) await this.recorder.flush();
    const range = rangeOf({ granularity: 'hour' }, Date.now());
    return this.usage.callers(ctx, { project_id: projectId }, endsOf(range));
  }
}

function endsOf({ bounds }: UsageRange): number[] {
  return [bounds[0]!, bounds.at(-1)!];
}

/** One count for every bucket, also where nothing was called. */
function withEmpty({ bounds }: UsageRange, counted: readonly UsageCount[]): UsageCount[] {
  const found = new Map(counted.map(count => [count.bucket, count]));
  return bounds.slice(1).map((_, bucket) => found.get(bucket) ?? { bucket, requests: 0, errors: 0 });
}

function withinGroups(counted: UsageCount[], groups: readonly UsageCount[]): UsageCount[] {
  const shown = new Set(groups.map(({ group }) => group));
  return counted.filter(({ group }) => shown.has(group));
}

function sumOf(counts: readonly UsageCount[]): Pick<UsageCount, 'requests' | 'errors'> {
  const sum = { requests: 0, errors: 0 };
  for (const { requests, errors } of counts) {
    sum.requests += requests;
    sum.errors += errors;
  }
  return sum;
}
