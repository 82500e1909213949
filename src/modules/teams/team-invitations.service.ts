import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { Invitation, InvitationPage, ListInvitations } from '../invitations/invitation.dto.js';
import { InvitationService } from '../invitations/invitation.service.js';
import { RoleService } from '../roles/role.service.js';
import { SYSTEM_ROLES } from '../roles/system-roles.js';
import { UserService } from '../users/user.service.js';
import type { InviteMember } from './member.dto.js';
import { MemberRepository } from './member.repository.js';
import { MemberService } from './member.service.js';

/** Invitations to a project, as its team sees them. */
@Injectable()
export class TeamInvitations {
  constructor(
    private readonly invitations: InvitationService,
    private readonly members: MemberRepository,
    private readonly service: MemberService,
    private readonly users: UserService,
    private readonly roles: RoleService,
  ) {}

  /**
   * Invites somebody by e-mail, with or without an account, and mails the link.
   * @throws AppError `member_already_active`, `invitation_pending`, `invitee_suspended`, `permission_escalation`,
   *   `validation_failed`
   */
  async invite(
    ctx: RequestContext,
    projectId: string,
    { role_id = SYSTEM_ROLES.member.id, ...person }: InviteMember,
  ): Promise<Invitation> {
    const role = await this.roles.assignable(ctx, projectId, role_id);
    await this.refuse(ctx, projectId, person.email);
    const invitation = await this.invitations.create(ctx, targetOf(projectId), { ...person, role: role.id });
    // Once more: this invitation may have waited for somebody accepting the one before, or deleting the role.
    await this.refuse(ctx, projectId, person.email);
    if (!(await this.roles.lock(ctx, projectId, role.id))) throw this.roles.unknown('role_id');
    return invitation;
  }

  list(ctx: RequestContext, projectId: string, query: ListInvitations): Promise<InvitationPage> {
    return this.invitations.list(ctx, targetOf(projectId), query);
  }

  /**
   * Mails a new link; the former one ends at once.
   * @throws AppError `not_found`, `invalid_transition`, `permission_escalation` for a role the caller could not
   *   invite to
   */
  async resend(ctx: RequestContext, projectId: string, id: string): Promise<Invitation> {
    const { role } = await this.invitations.get(ctx, targetOf(projectId), id);
    await this.roles.assignable(ctx, projectId, role.id);
    return this.invitations.resend(ctx, targetOf(projectId), id);
  }

  /** @throws AppError `not_found`, `invalid_transition` */
  revoke(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    return this.invitations.revoke(ctx, targetOf(projectId), id);
  }

  /** Refuses members, and who could not be one. */
  private async refuse(ctx: RequestContext, projectId: string, email: string): Promise<void> {
    const user = await this.users.findByEmail(ctx, email);
    if (!user) return;
    const member = await this.members.findByUser(ctx, projectId, user.id);
    if (!member) return this.service.refuseSuspended(ctx, ctx.project!.organizationId, user.id, 'email');
    throw new AppError('member_already_active', {
      param: 'email',
      details: { member_id: member.id },
      ...(member.status === 'suspended'
        ? { message: 'This person is already a member, but suspended; activate the member instead.' }
        : {}),
    });
  }
}

function targetOf(projectId: string) {
  return { kind: 'project', id: projectId } as const;
}
