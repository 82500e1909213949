import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';
import { OwnerLimit } from './owner-limit.service.js';
import type { ProjectEntity } from './project.entity.js';
import { ProjectRepository } from './project.repository.js';
import { projectTarget } from './project.service.js';
import { ProjectNotices } from './project-notices.service.js';

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
    private readonly organizations: OrganizationService,
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
    if (!(await this.members.isActive(ctx, projectId, to.id))) throw notActive();
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
      throw impossible('Meanwhile the project has been given to another owner, or deleted.');
    if (!(await this.members.makeAdministrator(ctx, projectId, memberId))) throw notActive();
    if (!(await this.members.isActive(ctx, projectId, to.id))) throw notActive();
    const project = (await this.projects.find(ctx, projectId))!;
    ctx.audit
      .about(to.id)
      .because(reason)
      .change(projectTarget(project), { owner: from.email }, { owner: to.email });
    await this.cascades.rightsLost(ctx, { userId: from.id });
    await this.notices.transferred(ctx, project, { from, to });
  }

  /**
   * Sees to it that a project being restored has an owner: the one it had, or, when that account is deleted or no
   * member any more, the one named, who becomes a member too.
   * @throws AppError `owner_missing`, `project_limit_reached`, `validation_failed` for one who is no active account
   *   or suspended in the organization, or when nobody is missing
   */
  async reinstate(ctx: RequestContext, projectId: string, ownerId: string | undefined): Promise<void> {
    const project = await this.projects.lock(ctx, projectId);
    if (!project) throw new AppError('not_found');
    // From here on the account is not deleted.
    const owner = await this.users.lock(ctx, project.owner_id);
    if (!(await this.isMissing(ctx, projectId, owner.id))) {
      if (ownerId === undefined || ownerId === owner.id) return this.leaveDeleted(ctx, project, owner.id);
      throw invalidField(
        'owner_id',
        'is not needed',
        'The project has its owner still; transfer it once it is restored.',
      );
    }
    if (ownerId === undefined) throw new AppError('owner_missing', { param: 'owner_id' });
    const next = await this.users.find(ctx, ownerId);
    if (next?.status !== 'activated') throw noOwner();
    await this.limit.admit(ctx, next.id);
    await this.leaveDeleted(ctx, project, next.id);
    await this.members.makeOwner(ctx, projectId, next.id);
    if (!(await this.members.isActive(ctx, projectId, next.id))) throw noOwner();
    await this.projects.updateWhile(ctx, projectId, ['deleted'], { owner_id: next.id });
    ctx.audit.effect(
      'project.ownership_transferred',
      projectTarget(project),
      { owner: owner.email },
      { owner: next.email },
    );
  }

  /** A project whose organization was deleted meanwhile is restored into its owner's personal one. */
  private async leaveDeleted(ctx: RequestContext, project: ProjectEntity, ownerId: string): Promise<void> {
    if (await this.organizations.hold(ctx, project.organization_id)) return;
    const organization_id = await this.organizations.personalOf(ctx, ownerId);
    await this.projects.updateWhile(ctx, project.id, ['deleted'], { organization_id });
  }

  /** Whether a project that is restored needs to be told who owns it. */
  async isMissing(ctx: RequestContext, projectId: string, ownerId: string): Promise<boolean> {
    const owner = await this.users.find(ctx, ownerId);
    if (!owner || owner.status === 'deleted') return true;
    return (await this.members.membership(ctx, projectId, ownerId)) === null;
  }
}

function noOwner(): AppError {
  return invalidField(
    'owner_id',
    'is no active account',
    'Name an active account that nobody suspended in the organization.',
  );
}

function notActive(): AppError {
  return impossible('Only an active member can become the owner.');
}

function impossible(message: string): AppError {
  return new AppError('invalid_transition', { message });
}
