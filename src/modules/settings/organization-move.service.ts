import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { Effects } from '../../kernel/facets/effects.js';
import type { Project } from '../projects/project.dto.js';
import { ProjectService } from '../projects/project.service.js';
import { ProjectChanges } from '../projects/project-changes.service.js';
import { ProjectMove } from '../projects/project-move.service.js';
import { unavailable } from './setting-actions.js';
import type { MoveProject } from './settings.dto.js';

const ACTION = 'move';

/** Moving a project to another organization, once confirmed. */
@Injectable()
export class OrganizationMove {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly moves: ProjectMove,
    private readonly projects: ProjectService,
    private readonly effects: Effects,
  ) {}

  /**
   * @throws AppError `confirmation_required`, `permission_denied`, `not_found` for an organization the caller may not see,
   *   `invalid_transition`, `validation_failed`
   */
  async run(
    ctx: RequestContext,
    id: string,
    { confirm, organization_id, reason }: MoveProject,
  ): Promise<Project> {
    const values = await this.changes.values(ctx, id);
    const refusal = unavailable(ACTION, ctx, values, await this.moves.mayLeave(ctx, values.organization_id));
    if (refusal) throw refusal;
    const plan = organization_id === undefined ? null : await this.moves.plan(ctx, id, organization_id);
    if (!confirm) {
      const effects = [...(await this.effects.ofProject(ctx, id, ACTION)), ...(plan?.effects ?? [])];
      const quota = plan ? { quota: plan.quota } : {};
      const details = {
        action: ACTION,
        from: values.organization_id,
        to: plan?.to ?? null,
        effects,
        ...quota,
      };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    if (!plan) throw invalidField('organization_id', 'is missing', 'Choose one from GET /v1/organizations.');
    await this.moves.move(ctx, plan, reason);
    return this.projects.get(ctx, id);
  }
}
