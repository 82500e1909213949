import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersProjectEffects, Effect } from '../../kernel/facets/effects.js';
import type { AnswersExports } from '../../kernel/facets/exports.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersMetrics, MeasureMetric } from '../../kernel/facets/metrics.js';
import { RequestLogExport } from './request-log.export.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestRecorder } from './request-recorder.service.js';
import { UsageExport } from './usage.export.js';
import { UsageService } from './usage.service.js';

type Span = Parameters<MeasureMetric>[2];

/** What usage adds to projects: who is cut off when one stops, requests by their id, the request log and usage as exports. */
@Facet()
export class UsageFacet implements AnswersExports, AnswersLookups, AnswersMetrics, AnswersProjectEffects {
  readonly exports: AnswersExports['exports'];

  readonly lookup = {
    prefix: 'req',
    object: 'request_log',
    madeOf: ['request_log.method', 'request_log.route'],
    permission: 'usage:write',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly metrics = {
    requests: (ctx: RequestContext, id: string, span: Span) => this.measure(ctx, id, span, 'requests'),
    errors: (ctx: RequestContext, id: string, span: Span) => this.measure(ctx, id, span, 'errors'),
    error_rate: async (ctx: RequestContext, id: string, span: Span) => {
      const { requests, errors } = await this.usage.between(ctx, id, span);
      return requests === 0 ? null : (errors / requests) * 100;
    },
  };

  constructor(
    private readonly usage: UsageService,
    private readonly logs: RequestLogRepository,
    private readonly recorder: RequestRecorder,
    lines: RequestLogExport,
    counts: UsageExport,
  ) {
    this.exports = { request_logs: lines, usage: counts };
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    return [{ effect: 'callers_last_24h', count: await this.usage.callersOfLastDay(ctx, projectId) }];
  }

  private async measure(ctx: RequestContext, projectId: string, span: Span, what: 'requests' | 'errors') {
    return (await this.usage.between(ctx, projectId, span))[what];
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    await this.recorder.flush();
    const line = await this.logs.findAnywhere(ctx, id);
    return (
      line && {
        id,
        projectId: line.project_id,
        name: `${line.method} ${line.route}`,
        url: `/v1/projects/${line.project_id}/request-logs/${id}`,
        owners: [line.api_key_id, line.member_id],
      }
    );
  }
}
