import { Injectable } from '@nestjs/common';
import { REDACTED } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { Effects } from '../../kernel/facets/effects.js';
import type { Project } from '../projects/project.dto.js';
import { ProjectService } from '../projects/project.service.js';
import { ProjectChanges } from '../projects/project-changes.service.js';
import { ProjectOwnership } from '../projects/project-ownership.service.js';
import { hidesOwner, unavailable } from './setting-actions.js';
import type { TransferOwnership } from './settings.dto.js';

const ACTION = 'transfer-ownership';

/** Giving a project to another member, once confirmed. */
@Injectable()
export class OwnershipTransfer {
  constructor(
    private readonly changes: ProjectChanges,
    private readonly ownership: ProjectOwnership,
    private readonly projects: ProjectService,
    private readonly effects: Effects,
  ) {}

  /**
   * @throws AppError `confirmation_required`, `permission_denied`, `not_found` for no member of the project,
   *   `invalid_transition` for one who is not active, `project_limit_reached`
   */
  async run(
    ctx: RequestContext,
    id: string,
    { confirm, member_id, reason }: TransferOwnership,
  ): Promise<Project> {
    const values = await this.changes.values(ctx, id);
    const refusal = unavailable(ACTION, ctx, values, await this.changes.isOwner(ctx, values));
    if (refusal) throw refusal;
    const plan = member_id === undefined ? null : await this.ownership.plan(ctx, id, member_id);
    if (!confirm) {
      const { owner } = await this.projects.get(ctx, id);
      // Either is, or becomes, the owner's address.
      const shown = (email: string) => (hidesOwner(ctx) ? REDACTED : email);
      const from = shown(owner.email);
      const to = plan && shown(plan.to.email);
      const effects = await this.effects.ofProject(ctx, id, ACTION);
      const details = { action: ACTION, from, to, effects };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    if (!plan) throw invalidField('member_id', 'is missing', 'Name an active member of the team.');
    await this.ownership.transfer(ctx, plan, reason);
    return this.projects.get(ctx, id);
  }
}
