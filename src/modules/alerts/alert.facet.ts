import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectFacets, type Found, type ProjectFacet } from '../../kernel/project-facet.js';
import { AlertThresholdRepository } from './alert-threshold.repository.js';

/** What alerts add to projects: how many thresholds there are, thresholds by id. */
@Injectable()
export class AlertFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'alr',
    permission: 'alerts:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly thresholds: AlertThresholdRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  async figures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.thresholds.countByProject(ctx, projectIds);
    return new Map([...counts].map(([id, threshold_alerts]) => [id, { threshold_alerts }]));
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const threshold = await this.thresholds.findAnywhere(ctx, id);
    if (!threshold) return null;
    const { project_id: projectId, metric } = threshold;
    return {
      id,
      object: 'alert_threshold',
      projectId,
      name: metric,
      url: `/v1/projects/${projectId}/alert-thresholds`,
    };
  }
}
