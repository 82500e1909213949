import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { overrules, powerOf, refusalToLift } from '../../kernel/context/suspension.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { ProjectOwner } from '../../kernel/facets/project-owner.port.js';
import { NotificationService } from '../notifications/notification.service.js';
import { REMOVAL_MAIL } from '../organizations/removal.mail.js';
import { RoleService } from '../roles/role.service.js';
import { orViewer, type Role } from '../roles/system-roles.js';
import type { User } from '../users/user.dto.js';
import { displayName, UserService } from '../users/user.service.js';
import type { TeamMember } from './member.dto.js';
import type { MemberEntity } from './member.entity.js';
import { MemberRepository } from './member.repository.js';
import { memberTarget } from './member.service.js';
import { TeamList } from './team-list.service.js';

/** A member whom nobody else can change before the unit of work ends. */
interface LockedMember {
  readonly member: MemberEntity;
  readonly user: User;
  readonly role: Role;
}

/**
 * What is done to members. Each change first takes the project's row, as a transfer of ownership does, so
 * that they happen one after the other: whoever owns the project when the row is taken is protected, and
 * a member who was removed meanwhile cannot become the owner.
 */
@Injectable()
export class MemberChanges {
  constructor(
    private readonly members: MemberRepository,
    private readonly roles: RoleService,
    private readonly users: UserService,
    private readonly team: TeamList,
    private readonly cascades: Cascades,
    private readonly owner: ProjectOwner,
    private readonly notifications: NotificationService,
  ) {}

  /** @throws AppError `not_found`, `owner_protected`, `permission_escalation`, `validation_failed` */
  async changeRole(
    ctx: RequestContext,
    projectId: string,
    id: string,
    input: { role_id: string },
  ): Promise<TeamMember> {
    const { member, user, role } = await this.locked(ctx, projectId, id);
    const next = await this.roles.assignable(ctx, projectId, input.role_id);
    await this.roles.giving(this.update(ctx, member, { role_id: next.id }));
    ctx.audit.about(user.id).change(memberTarget(member, user), { role: role.name }, { role: next.name });
    await this.cascades.rightsLost(ctx, { userId: user.id });
    return this.team.get(ctx, projectId, id);
  }

  /** Stops a member, and the member's own keys, reversibly. @throws as {@link changeStatus} */
  suspend(ctx: RequestContext, projectId: string, id: string): Promise<TeamMember> {
    return this.changeStatus(ctx, projectId, id, 'active', 'suspended');
  }

  /** @throws as {@link changeStatus}, `suspended_by_platform` */
  activate(ctx: RequestContext, projectId: string, id: string): Promise<TeamMember> {
    return this.changeStatus(ctx, projectId, id, 'suspended', 'active');
  }

  /**
   * Removes a member for good: the member's own keys are revoked, and the person is told by mail.
   * @throws AppError `not_found`, `owner_protected`, `permission_escalation`, `suspended_by_platform`: removed and
   *   invited again, the member would be active
   */
  async remove(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const { member, user, role } = await this.locked(ctx, projectId, id);
    this.refuseToLift(ctx, member);
    if (!(await this.members.remove(ctx, member))) throw new AppError('not_found');
    ctx.audit
      .about(user.id)
      .change(
        memberTarget(member, user),
        { email: user.email, status: member.status, role: role.name },
        null,
      );
    await this.cascades.memberGone(ctx, { projectId, memberId: id });
    await this.cascades.rightsLost(ctx, { userId: user.id });
    await this.notifications.notify(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: REMOVAL_MAIL,
      data: { name: user.first_name, kind: 'project', target: ctx.project!.name },
    });
    return { id, deleted: true };
  }

  /** @throws AppError `not_found`, `owner_protected`, `permission_escalation`, `invalid_transition` */
  private async changeStatus(
    ctx: RequestContext,
    projectId: string,
    id: string,
    from: 'active' | 'suspended',
    to: 'active' | 'suspended',
  ): Promise<TeamMember> {
    const { member, user } = await this.locked(ctx, projectId, id);
    if (to === 'active') this.refuseToLift(ctx, member);
    const power = powerOf(ctx, 'team');
    const again = to === 'suspended' && member.status === to && overrules(member.suspended_by, power);
    const status = again ? to : from;
    const suspended_by = to === 'suspended' ? power : null;
    await this.update(ctx, { ...member, status }, { status: to, suspended_by });
    ctx.audit.about(user.id).change(memberTarget(member, user), { status }, { status: to });
    if (to === 'suspended') await this.cascades.rightsLost(ctx, { userId: user.id });
    return this.team.get(ctx, projectId, id);
  }

  /** @throws AppError `suspended_by_platform` */
  private refuseToLift(ctx: RequestContext, { suspended_by }: MemberEntity): void {
    const refusal = refusalToLift(suspended_by, powerOf(ctx, 'team'));
    if (refusal) throw refusal;
  }

  /** @throws AppError `invalid_transition` when the member is in another status */
  private async update(
    ctx: RequestContext,
    member: MemberEntity,
    changes: Partial<MemberEntity>,
  ): Promise<void> {
    if (!(await this.members.update(ctx, member, changes))) throw new AppError('invalid_transition');
  }

  /** @throws AppError `not_found`, `owner_protected`, `permission_escalation` */
  private async locked(ctx: RequestContext, projectId: string, id: string): Promise<LockedMember> {
    const { user_id } = await this.existing(ctx, projectId, id);
    if (!(await this.owner.lockOwnedByOther(ctx, projectId, user_id))) throw new AppError('owner_protected');
    // Read again: this is what nobody can change any more.
    const member = await this.existing(ctx, projectId, id);
    const role = orViewer(await this.roles.find(ctx, projectId, member.role_id));
    refuseOutranked(ctx, role);
    return { member, role, user: await this.users.get(ctx, user_id) };
  }

  private async existing(ctx: RequestContext, projectId: string, id: string): Promise<MemberEntity> {
    const member = await this.members.find(ctx, projectId, id);
    if (!member) throw new AppError('not_found');
    return member;
  }
}

/**
 * Nobody demotes or stops those who may do everything they may themselves, and more.
 * @throws AppError `permission_escalation`
 */
function refuseOutranked(ctx: RequestContext, { permissions }: Role): void {
  const lacking = [...permissions].filter(permission => !ctx.can(permission));
  if (lacking.length === 0 || [...ctx.permissions].some(permission => !permissions.has(permission))) return;
  throw new AppError('permission_escalation', {
    message: 'This member has more permissions than you.',
    details: { lacking },
  });
}
