import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersCascades, MovedProject } from '../../kernel/facets/cascades.js';
import type { AnswersProjectEffects, Effect } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersMetrics, MeasureMetric } from '../../kernel/facets/metrics.js';
import { RequestLogRepository } from './request-log.repository.js';
import { RequestRecorder } from './request-recorder.service.js';
import { RequestSeriesRepository } from './request-series.repository.js';
import { UsageService } from './usage.service.js';

type Span = Parameters<MeasureMetric>[2];

/** What usage adds to projects: who is cut off when one stops, and requests by their id. */
@Facet()
export class UsageFacet
  implements AnswersLookups, AnswersMetrics, AnswersProjectEffects, Pick<AnswersCascades, 'projectMoved'>
{
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
    private readonly series: RequestSeriesRepository,
  ) {}

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete' && action !== 'move') return [];
    return [{ effect: 'callers_last_24h', count: await this.usage.callersOfLastDay(ctx, projectId) }];
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
