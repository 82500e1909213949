import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Standings } from '../../kernel/facets/standings.js';
import { ProjectService } from '../projects/project.service.js';

/** Production projects as promotions change them. */
@Injectable()
export class PromotionTargets {
  constructor(
    private readonly projects: ProjectService,
    private readonly standings: Standings,
    private readonly config: Config,
  ) {}

  /**
   * Refuses to change a production project that is suspended, and, where no platform admin reviews, to those who could not
   * ask for a promotion there themselves.
   * @throws AppError `project_suspended`, `permission_denied`
   */
  async refuseUnreachable(ctx: RequestContext, id: string): Promise<void> {
    if (ctx.isPlatformAdmin) return;
    const project = await this.projects.findForAccess(ctx, id);
    if (project?.status === 'suspended')
      throw new AppError('project_suspended', { message: 'The production project is suspended.' });
    if (this.config.promotionReview) return;
    const standing = await this.standings.of(ctx, id, ctx.principal!.id);
    if (standing?.permissions.has('promotion:request')) return;
    throw new AppError('permission_denied', {
      message:
        'Nobody reviews promotions here, so this takes promotion:request in the production project too.',
      details: { permission: 'promotion:request' },
    });
  }

  /** Keeps projects as they are until the unit of work ends, in one order for everybody. */
  async lock(ctx: RequestContext, ids: readonly string[]): Promise<void> {
    for (const id of ids.toSorted()) {
      const project = await this.projects.lock(ctx, id);
      if (!project || project.status === 'deleted')
        throw new AppError('invalid_transition', { message: 'One of the two projects is deleted.' });
    }
  }
}
