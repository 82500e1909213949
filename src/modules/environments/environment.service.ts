import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Promotions } from '../../kernel/facets/promotions.port.js';
import type { Project } from '../projects/project.dto.js';
import { CloneService } from './clone.service.js';
import type { ConfigurationPlan } from './configuration-plan.js';
import { DriftService } from './drift.service.js';
import type { CloneProject, Drift, DriftQuery, Handoff } from './environment.dto.js';
import { HandoffService } from './handoff.service.js';

/** A project among its environments: whether it is ready for the next, its copies, what differs. */
@Injectable()
export class EnvironmentService {
  constructor(
    private readonly checks: HandoffService,
    private readonly promotions: Promotions,
    private readonly drifts: DriftService,
    private readonly clones: CloneService,
  ) {}

  /** @throws AppError `sandbox_only` */
  async handoff(ctx: RequestContext, id: string): Promise<Handoff> {
    const project = ctx.project!;
    if (project.environment !== 'sandbox') throw new AppError('sandbox_only');
    const { state, pair } = await this.promotions.standing(ctx, project);
    return { promotion_state: state, pair, checks: await this.checks.findings(ctx, id) };
  }

  /** @throws AppError `not_found`, `no_pair` */
  drift(ctx: RequestContext, id: string, { against }: DriftQuery): Promise<Drift> {
    return this.drifts.show(ctx, id, against);
  }

  /** @throws AppError `promotion_not_approved`, `owner_missing`, `project_limit_reached` */
  async clone(
    ctx: RequestContext,
    id: string,
    input: CloneProject,
  ): Promise<Project | { plan: ConfigurationPlan }> {
    if (!input.dry_run) return this.clones.clone(ctx, id, input.name!, input.environment);
    ctx.audit.nothing();
    return { plan: await this.clones.plan(ctx, id, input) };
  }
}
