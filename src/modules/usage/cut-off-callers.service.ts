import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import type { EventType } from '../../kernel/event-log/event-types.js';
import type { Effect } from '../../kernel/facets/effects.js';
import { partsOf } from './log-path.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { UsageRepository } from './usage.repository.js';
import { rangeOf, startOfHour } from './usage-range.js';
import { type RequestFilter, visibleTo } from './usage-scope.js';

/** The newest requests whose addresses are counted. */
const MOST_LINES = 1_000;

/** Says how much used what a mutation would stop: of a key its requests, of a member those of the own keys. */
@Injectable()
export class CutOffCallers {
  constructor(
    private readonly usage: UsageRepository,
    private readonly series: RequestSeriesRepository,
    private readonly logs: RequestLogRepository,
    private readonly recorder: RequestRecorder,
  ) {}

  /**
   * Requests of the last 24 hours, the current one included, and how many addresses the newest thousand of them came from;
   * no more than the caller could find out by asking.
   */
  async of(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    const filter = callersOf(record);
    if (!filter || !ctx.can('usage:read')) return [];
    await this.recorder.flush();
    const { bounds } = rangeOf({ granularity: 'hour' }, Date.now());
    const scope = { project_id: ctx.project!.id };
    const effects: Effect[] = [];
    if (!ctx.hides('usage.totals')) {
      const { requests } = await this.usage.total(ctx, scope, filter, bounds);
      effects.push({ effect: 'requests_last_24h', count: requests });
    }
    if (!ctx.hides('request_log.ip')) {
      const count = await this.addresses(ctx, { ...filter, own: visibleTo(ctx) }, bounds[0]!);
      effects.push({ effect: 'addresses_last_24h', count });
    }
    return effects;
  }

  /** `from` is an hour, counted from 1970. */
  private async addresses(ctx: RequestContext, filter: RequestFilter, from: number) {
    const parts = partsOf(await this.series.sizes(ctx, { project_id: ctx.project!.id }, filter));
    const range = { first: firstIdAt('req', startOfHour(from)), before: null };
    const lines = await this.logs.newest(ctx, parts, range, MOST_LINES);
    return new Set(lines.flatMap(({ ip }) => ip ?? [])).size;
  }
}

const STOPS_A_KEY = new Set<EventType>(['api_key.suspended', 'api_key.regenerated', 'api_key.revoked']);
const STOPS_A_MEMBER = new Set<EventType>(['member.suspended', 'member.removed']);

/** Whose requests a mutation would stop, or may; null when it is about nobody's. */
function callersOf({ type, target, changes }: AuditRecord): RequestFilter | null {
  if (type === null || target === null) return null;
  if (STOPS_A_MEMBER.has(type)) return { member_id: target.id };
  // Another role, or narrower limits, may stop requests; another name does not.
  const limits = type === 'api_key.updated' && Object.keys(changes).some(field => field !== 'name');
  return limits || STOPS_A_KEY.has(type) ? { api_key_id: target.id } : null;
}
