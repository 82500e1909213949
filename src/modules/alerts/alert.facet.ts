import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersConfiguration } from '../../kernel/facets/configuration.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersProjectFigures } from '../../kernel/facets/figures.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import { AlertThresholdRepository } from './alert-threshold.repository.js';
import { AlertThresholdConfiguration } from './alert-threshold-configuration.js';

/** What alerts add to projects: how many thresholds there are, thresholds by id and as they travel. */
@Facet()
export class AlertFacet implements AnswersConfiguration, AnswersLookups, AnswersProjectFigures {
  readonly lookup = {
    prefix: 'alr',
    object: 'alert_threshold',
    madeOf: ['alert_threshold.metric'],
    permission: 'alerts:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    readonly configuration: AlertThresholdConfiguration,
    private readonly thresholds: AlertThresholdRepository,
  ) {}

  async projectFigures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.thresholds.countByProject(ctx, projectIds);
    return new Map([...counts].map(([id, threshold_alerts]) => [id, { threshold_alerts }]));
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const threshold = await this.thresholds.findAnywhere(ctx, id);
    if (!threshold) return null;
    const { project_id: projectId, metric } = threshold;
    return {
      id,
      projectId,
      name: metric,
      url: `/v1/projects/${projectId}/alert-thresholds`,
    };
  }
}
