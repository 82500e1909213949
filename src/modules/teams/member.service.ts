import { Injectable } from '@nestjs/common';
import type { HiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import type { Standing } from '../../kernel/facets/standings.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { HiddenFromRoles } from '../roles/hidden-from-roles.service.js';
import { RoleService } from '../roles/role.service.js';
import { orViewer, type Role, SYSTEM_ROLES } from '../roles/system-roles.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';
import type { MemberEntity } from './member.entity.js';
import { MemberRepository } from './member.repository.js';

/** A person's place in a team. */
export interface Membership {
  readonly id: string;
  readonly userId: string;
  readonly roleId: string;
  readonly active: boolean;
}

/** The people of projects, for other modules. What changes them stands in `MemberChanges`. */
@Injectable()
export class MemberService {
  constructor(
    private readonly members: MemberRepository,
    private readonly roles: RoleService,
    private readonly users: UserService,
    private readonly hidden: HiddenFromRoles,
    private readonly organizations: OrganizationService,
  ) {}

  /** Makes a new project's owner its administrator. */
  async addOwner(ctx: RequestContext, projectId: string, userId: string): Promise<void> {
    await this.members.insert(ctx, newMember(projectId, userId, SYSTEM_ROLES.administrator.id));
  }

  /**
   * Refuses to take in whom the project's organization has suspended: nothing of the project would be shown to them.
   * @throws AppError `invitee_suspended`
   */
  async refuseSuspended(
    ctx: RequestContext,
    organizationId: string,
    userId: string,
    param?: string,
  ): Promise<void> {
    const standing = await this.organizations.standing(ctx, organizationId, userId);
    if (standing?.status !== 'suspended') return;
    const message =
      'This person is suspended in the organization of the project; its admins can activate them.';
    throw new AppError('invitee_suspended', { message, ...(param && { param }) });
  }

  /**
   * Takes somebody into a team, in the caller's unit of work, and says so in its event-log entry. A role that
   * no longer exists is replaced by `viewer`, as it was for all who held it.
   * @throws AppError `member_already_active`
   */
  async join(ctx: RequestContext, projectId: string, roleId: string, user: User): Promise<void> {
    const role = orViewer(await this.roles.lock(ctx, projectId, roleId));
    const member = newMember(projectId, user.id, role.id);
    const insert = this.roles.giving(this.members.insert(ctx, member));
    await orIfTaken(insert, () => new AppError('member_already_active'));
    ctx.audit
      .as('member.joined')
      .about(user.id)
      .change(memberTarget(member, user), null, { email: user.email, role: role.name });
  }

  /** Makes somebody an active administrator of a project, a member already or not. */
  async makeOwner(ctx: RequestContext, projectId: string, userId: string): Promise<void> {
    const { id } = SYSTEM_ROLES.administrator;
    if (!(await this.members.reinstate(ctx, projectId, userId, id)))
      await this.addOwner(ctx, projectId, userId);
  }

  /** Makes an active member an administrator; false when the member is not active. */
  async makeAdministrator(ctx: RequestContext, projectId: string, id: string): Promise<boolean> {
    const active = { id, project_id: projectId, status: 'active' as const };
    return this.members.update(ctx, active, { role_id: SYSTEM_ROLES.administrator.id });
  }

  /** The role of those who own or administer a project from above. */
  readonly administrator = SYSTEM_ROLES.administrator;

  /** What a role of a project permits, and what is hidden from it. */
  async powers(
    ctx: RequestContext,
    projectId: string,
    roleId: string,
  ): Promise<{ role: Role; hidden: HiddenAttributes }> {
    const role = orViewer(await this.roles.find(ctx, projectId, roleId));
    return { role, hidden: await this.hidden.of(ctx, projectId, [role.id]) };
  }

  /** Whether somebody could still take people into a team with this role. */
  async mayInviteTo(
    ctx: RequestContext,
    projectId: string,
    roleId: string,
    inviter: Standing,
  ): Promise<boolean> {
    if (!inviter.permissions.has('members:write')) return false;
    return this.roles.isWithin(ctx, projectId, roleId, inviter);
  }

  /** The people who administer a project as active members of its team. */
  async administrators(ctx: RequestContext, projectId: string): Promise<User[]> {
    const ids = await this.members.activeUserIds(ctx, projectId, { roleId: SYSTEM_ROLES.administrator.id });
    return [...(await this.users.findMany(ctx, ids)).values()];
  }

  /** Whom an action of the caller on a project is told to: whoever is active there, but not the caller. */
  async audience(ctx: RequestContext, projectId: string): Promise<User[]> {
    const ids = await this.members.activeUserIds(ctx, projectId);
    const others = ids.filter(id => id !== ctx.principal?.id);
    return [...(await this.users.findMany(ctx, others)).values()];
  }

  /**
   * The one test whether somebody is active in a project: by account, in its organization and in its team. Who is
   * not gets no mail of it and cannot own it.
   */
  async isActive(ctx: RequestContext, projectId: string, userId: string): Promise<boolean> {
    return (await this.members.activeUserIds(ctx, projectId, { userId })).length > 0;
  }

  /** The users who are active in a project's team, whatever they are in its organization. */
  async userIdsOf(ctx: RequestContext, projectId: string): Promise<string[]> {
    const members = await this.members.list(ctx, projectId);
    return members.filter(({ status }) => status === 'active').map(({ user_id }) => user_id);
  }

  /** The user's membership of a project, or null. */
  async membership(ctx: RequestContext, projectId: string, userId: string): Promise<Membership | null> {
    const member = await this.members.findByUser(ctx, projectId, userId);
    return member && toMembership(member);
  }

  /** The membership with this id, or null. */
  async find(ctx: RequestContext, projectId: string, id: string): Promise<Membership | null> {
    const member = await this.members.find(ctx, projectId, id);
    return member && toMembership(member);
  }

  /**
   * Whether the member is active, and stays so until the caller's unit of work ends: for what a removal
   * would have to take along.
   */
  async lockActive(ctx: RequestContext, projectId: string, id: string): Promise<boolean> {
    return (await this.members.lock(ctx, projectId, id))?.status === 'active';
  }

  /** The names of a project's roles, by id. */
  async roleNames(ctx: RequestContext, projectId: string, ids: string[]): Promise<Map<string, string>> {
    const roles = await this.roles.findMany(ctx, projectId, ids);
    return new Map([...roles].map(([id, role]) => [id, role.name]));
  }

  /** What a project's visibility rules hide from any role: what goes out to somebody who has none is without all of it. */
  hiddenFromAnybody(ctx: RequestContext, projectId: string): Promise<HiddenAttributes> {
    return this.hidden.fromAnybody(ctx, projectId);
  }

  /**
   * What visibility rules hide from a member in each of some projects, and `unreadable` in those that the member's
   * role does not let them read; projects where nothing is are left out.
   */
  async hiddenFrom(
    ctx: RequestContext,
    userId: string,
    projectIds: string[],
    unreadable: HiddenAttributes,
  ): Promise<Map<string, HiddenAttributes>> {
    if (projectIds.length === 0) return new Map();
    const memberships = await this.members.findActive(ctx, userId, projectIds);
    const roleOf = new Map(memberships.map(one => [one.project_id, one.role_id]));
    const hidden = await this.hidden.inProjects(ctx, roleOf);
    for (const id of await this.roles.lacking(ctx, roleOf, 'project:read')) hidden.set(id, unreadable);
    return hidden;
  }
}

export const teamTarget = defineTarget('member', { name: ['member.email'] });

/** How a member stands in the event log. */
export function memberTarget({ id }: Pick<MemberEntity, 'id'>, { email }: Pick<User, 'email'>) {
  return teamTarget(id, email);
}

function toMembership({ id, user_id, role_id, status }: MemberEntity): Membership {
  return { id, userId: user_id, roleId: role_id, active: status === 'active' };
}

function newMember(projectId: string, userId: string, roleId: string): MemberEntity {
  return {
    id: newId('mbr'),
    project_id: projectId,
    user_id: userId,
    current_user_id: userId,
    role_id: roleId,
    status: 'active',
    suspended_by: null,
    added_at: new Date(),
  };
}
