import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { ProjectConfiguration } from '../../kernel/facets/configuration.js';
import { NewProjects } from '../projects/new-projects.service.js';
import type { Project } from '../projects/project.dto.js';
import { ProjectService, projectTarget } from '../projects/project.service.js';
import { type ConfigurationPlan, isSame, planOf } from './configuration-plan.js';
import { ConfigurationTransfer } from './configuration-transfer.service.js';
import type { CloneProject } from './environment.dto.js';
import { PromotionRequestRepository } from './promotion-request.repository.js';

/** Makes projects with the configuration of another one: never keys, members, secrets, customers, media or logs. */
@Injectable()
export class CloneService {
  constructor(
    private readonly transfer: ConfigurationTransfer,
    private readonly newProjects: NewProjects,
    private readonly projects: ProjectService,
    private readonly requests: PromotionRequestRepository,
    private readonly config: Config,
  ) {}

  /** What a clone would have. @throws AppError `promotion_not_approved` */
  async plan(
    ctx: RequestContext,
    projectId: string,
    { environment }: CloneProject,
  ): Promise<ConfigurationPlan> {
    const configuration = await this.transfer.of(ctx, projectId);
    await this.refuseUnapproved(ctx, projectId, environment, configuration);
    return planOf(configuration, null);
  }

  /**
   * Makes a clone, which belongs to the owner and the organization of the project that is cloned.
   * @throws AppError `promotion_not_approved`, `owner_missing`, `project_limit_reached`
   */
  async clone(
    ctx: RequestContext,
    projectId: string,
    name: string,
    environment: CloneProject['environment'],
  ): Promise<Project> {
    const made = await this.newProjects.besides(ctx, projectId, { name, environment });
    // From here on, nobody changes it until the clone is there.
    const configuration = await this.transfer.of(ctx, projectId);
    await this.refuseUnapproved(ctx, projectId, environment, configuration);
    await this.transfer.bring(ctx, made.id, configuration);
    ctx.audit.inProject(made.id).about(made.owner.id).change(projectTarget(made), null, {
      name,
      environment,
      owner: made.owner.email,
      cloned_from: projectId,
    });
    return this.projects.get(ctx, made.id);
  }

  /** A production project takes a platform admin, or a sandbox whose present configuration was approved. */
  private async refuseUnapproved(
    ctx: RequestContext,
    projectId: string,
    environment: CloneProject['environment'],
    configuration: ProjectConfiguration,
  ): Promise<void> {
    if (environment !== 'production' || !this.config.promotionReview || ctx.isPlatformAdmin) return;
    const approved = await this.requests.newest(ctx, projectId, ['approved', 'applied']);
    const plan = approved && (await this.requests.plan(ctx, approved.id));
    if (!plan || !isSame(new Map(plan.source), configuration))
      throw new AppError('promotion_not_approved', { param: 'environment' });
  }
}
