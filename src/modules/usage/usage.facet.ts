import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import type { AnswersCascades, MovedProject } from '../../kernel/facets/cascades.js';
import type { AnswersMutationEffects, AnswersProjectEffects, Effect } from '../../kernel/facets/effects.js';
import type { AnswersExports } from '../../kernel/facets/exports.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersHandoffChecks, HandoffFinding } from '../../kernel/facets/handoff-checks.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersMetrics, MeasureMetric } from '../../kernel/facets/metrics.js';
import type { AnswersPurging } from '../../kernel/facets/purging.js';
import { CutOffCallers } from './cut-off-callers.service.js';
import { RequestLogExport } from './request-log.export.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestLogPurge } from './request-log-purge.service.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { UsageExport } from './usage.export.js';
import { UsageService } from './usage.service.js';

type Span = Parameters<MeasureMetric>[2];

/** What scripts call first to see whether their key works. */
const LOOKUPS = ['/v1/whoami', '/v1/lookup/:id'];

/**
 * What usage adds to projects: who is cut off when one stops, what was called first, requests by their id, and the
 * request log and usage as exports.
 */
@Facet()
export class UsageFacet
  implements
    AnswersExports,
    AnswersHandoffChecks,
    AnswersLookups,
    AnswersMetrics,
    AnswersProjectEffects,
    AnswersMutationEffects,
    AnswersPurging,
    Pick<AnswersCascades, 'projectMoved'>
{
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

  readonly handoffChecks = {
    first_lookup_made: (ctx: RequestContext, id: string) => this.firstLookupMade(ctx, id),
    usage_visible: (ctx: RequestContext, id: string) => this.usageVisible(ctx, id),
  };

  readonly purging = { request_logs: this.purge };

  constructor(
    private readonly purge: RequestLogPurge,
    private readonly usage: UsageService,
    private readonly logs: RequestLogRepository,
    private readonly series: RequestSeriesRepository,
    private readonly recorder: RequestRecorder,
    private readonly callers: CutOffCallers,
    lines: RequestLogExport,
    counts: UsageExport,
  ) {
    this.exports = { request_logs: lines, usage: counts };
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete' && action !== 'move') return [];
    return [{ effect: 'callers_last_24h', count: await this.usage.callersOfLastDay(ctx, projectId) }];
  }

  mutationEffects(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    return this.callers.of(ctx, record);
  }

  private async firstLookupMade(ctx: RequestContext, id: string): Promise<HandoffFinding> {
    if (!ctx.unit?.writing) await this.recorder.flush();
    const first = await this.series.firstSuccess(ctx, id, LOOKUPS);
    return {
      passed: first !== null,
      evidence: first && { key_id: first.keyId, at: first.at.toISOString() },
      fix: 'Call GET /v1/whoami with a key of the project.',
    };
  }

  private async usageVisible(ctx: RequestContext, id: string): Promise<HandoffFinding> {
    const count = await this.usage.requestsOfLastMonth(ctx, id);
    return {
      passed: count > 0,
      evidence: count > 0 ? { count } : null,
      fix: `Make a request with a key of the project, and look at GET /v1/projects/${id}/usage.`,
    };
  }

  /** The request log and usage of a project go along with it. */
  projectMoved(ctx: RequestContext, { projectId, to }: MovedProject): Promise<void> {
    return this.series.giveTo(ctx, projectId, to);
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
