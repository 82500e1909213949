import { Injectable } from '@nestjs/common';
import { hiddenAttributes, NOTHING_HIDDEN } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Standings } from '../../kernel/facets/standings.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import { ProjectService } from '../projects/project.service.js';
import { plannedChanges } from './configuration-plan.js';
import { ConfigurationTransfer } from './configuration-transfer.service.js';
import { Drift } from './environment.dto.js';
import { type PairedProject, ProjectPairRepository } from './project-pair.repository.js';

/** What differs between the configurations of two projects. */
@Injectable()
export class DriftService {
  constructor(
    private readonly transfer: ConfigurationTransfer,
    private readonly pairs: ProjectPairRepository,
    private readonly projects: ProjectService,
    private readonly standings: Standings,
    private readonly catalog: AttributeCatalog,
  ) {}

  /**
   * Compares a project with another one that the caller may read, else with its pair.
   * @throws AppError `not_found` for one that the caller may not read, `no_pair`
   */
  async show(ctx: RequestContext, projectId: string, against: string | undefined): Promise<Drift> {
    const pair = await this.pairs.of(ctx, projectId);
    const other = against === undefined || against === pair?.id ? pair : await this.other(ctx, against);
    if (!other) throw new AppError('no_pair');
    const here = await this.transfer.of(ctx, projectId);
    const there = await this.transfer.of(ctx, other.id);
    const differences = plannedChanges(there, here).map(({ path, from, to }) => ({
      path,
      here: to,
      there: from,
    }));
    const drift = { in_sync: differences.length === 0, against: { ...other }, differences };
    // What is hidden here, the answer's schema hides.
    const hidden = await this.hiddenThere(ctx, other.id);
    return this.catalog.redaction(hidden).apply(Drift, drift);
  }

  /** @throws AppError `not_found` */
  private async other(ctx: RequestContext, id: string): Promise<PairedProject> {
    const project = await this.projects.findForAccess(ctx, id);
    if (!project || !(await this.mayRead(ctx, id))) throw new AppError('not_found');
    return { id, name: project.name };
  }

  private async mayRead(ctx: RequestContext, id: string): Promise<boolean> {
    if (ctx.isPlatformAdmin || id === ctx.project?.id) return true;
    if (ctx.principal?.type !== 'user') return false;
    const standing = await this.standings.of(ctx, id, ctx.principal.id);
    return standing?.permissions.has('project:read') ?? false;
  }

  /** What rules of the other project hide from the caller, as far as they have a place there. */
  private async hiddenThere(ctx: RequestContext, id: string) {
    if (ctx.principal?.type !== 'user') return NOTHING_HIDDEN;
    return hiddenAttributes((await this.standings.of(ctx, id, ctx.principal.id))?.hidden ?? []);
  }
}
