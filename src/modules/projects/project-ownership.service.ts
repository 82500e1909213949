import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';
import { OwnerLimit } from './owner-limit.service.js';
import { ProjectNotices } from './project-notices.service.js';
import { ProjectRepository } from './project.repository.js';
import { projectTarget } from './project.service.js';

/** A transfer that may be asked for. */
export interface Transfer {
  readonly projectId: string;
  readonly memberId: string;
  readonly from: User;
  readonly to: User;
}

/** Whose a project is: always exactly one person's, who is an active member of its team. */
@Injectable()
export class ProjectOwnership {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly members: MemberService,
    private readonly users: UserService,
    private readonly limit: OwnerLimit,
    private readonly notices: ProjectNotices,
    private readonly cascades: Cascades,
  ) {}

  /**
   * What a transfer to a member would do.
   * @throws AppError `not_found` for no member of the project, `invalid_transition` for one who is not active
   *   or owns the project already
   */
  async plan(ctx: RequestContext, projectId: string, memberId: string): Promise<Transfer> {
    const project = await this.projects.find(ctx, projectId);
    const member = await this.members.find(ctx, projectId, memberId);
    if (!project || !member) throw new AppError('not_found');
    const to = await this.users.get(ctx, member.userId);
    if (to.id === project.owner_id) throw impossible('This member owns the project already.');
    if (!member.active || to.status !== 'activated') throw notActive();
    return { projectId, memberId, from: await this.users.get(ctx, project.owner_id), to };
  }

  /**
   * Gives the project to an active member, who becomes its administrator; the former owner stays a member.
   * Takes the project's row first, as every change of a member does: of two transfers at once one finds
   * another owner than it started from, and a member cannot go while becoming the owner.
   * @throws AppError `invalid_transition`, `project_limit_reached`, `account_suspended`
   */
  async transfer(
    ctx: RequestContext,
    { projectId, memberId, from, to }: Transfer,
    reason?: string,
  ): Promise<void> {
    await this.limit.admit(ctx, to.id);
    if (!(await this.projects.changeOwner(ctx, projectId, from.id, to.id)))
      throw impossible('The project has got another owner, or was deleted, meanwhile.');
    if (!(await this.members.makeAdministrator(ctx, projectId, memberId))) throw notActive();
    const project = (await this.projects.find(ctx, projectId))!;
    ctx.audit
      .about(to.id)
      .because(reason)
      .change(projectTarget(project), { owner: from.email }, { owner: to.email });
    await this.cascades.rightsLost(ctx, { userId: from.id });
    await this.notices.transferred(ctx, project.name, { from, to });
  }
}

function notActive(): AppError {
  return impossible('Only an active member can become the owner.');
}

function impossible(message: string): AppError {
  return new AppError('invalid_transition', { message });
}
