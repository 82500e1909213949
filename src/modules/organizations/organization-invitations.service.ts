import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { Invitation, InvitationPage, ListInvitations } from '../invitations/invitation.dto.js';
import { InvitationService } from '../invitations/invitation.service.js';
import {
  type InvitationAcceptor,
  InvitationAcceptors,
  type InvitationFacts,
  type InvitationNames,
  type InvitationTarget,
} from '../invitations/invitation-acceptor.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService } from './organization.service.js';
import type { InviteToOrganization } from './organization-member.dto.js';
import type { OrganizationMemberEntity, OrganizationRole } from './organization-member.entity.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { memberTarget } from './organization-members.service.js';

/** Invitations to organizations, for their owners and admins; and how an organization takes people in. */
@Injectable()
export class OrganizationInvitations implements InvitationAcceptor, OnModuleInit {
  readonly kind = 'organization';
  readonly events = {
    invited: 'organization.member_invited',
    resent: 'organization.invitation_resent',
    revoked: 'organization.invitation_revoked',
    declined: 'organization.invitation_declined',
  } as const;

  constructor(
    private readonly organizations: OrganizationService,
    private readonly repository: OrganizationRepository,
    private readonly members: OrganizationMemberRepository,
    private readonly invitations: InvitationService,
    private readonly users: UserService,
    private readonly acceptors: InvitationAcceptors,
  ) {}

  onModuleInit(): void {
    this.acceptors.register(this);
  }

  /** @throws AppError `not_found`, `permission_denied`, `member_already_active`, `invitation_pending` */
  async invite(ctx: RequestContext, id: string, input: InviteToOrganization): Promise<Invitation> {
    await this.organizations.administered(ctx, id);
    const user = await this.users.findByEmail(ctx, input.email);
    const member = user && (await this.members.findUser(ctx, id, user.id));
    if (member) throw alreadyThere(member);
    return this.invitations.create(ctx, target(id), input);
  }

  /** @throws AppError `not_found`, `permission_denied` */
  async list(ctx: RequestContext, id: string, query: ListInvitations): Promise<InvitationPage> {
    await this.organizations.administered(ctx, id);
    return this.invitations.list(ctx, target(id), query);
  }

  /** @throws AppError `not_found`, `permission_denied`, `invalid_transition` */
  async resend(ctx: RequestContext, id: string, invitationId: string): Promise<Invitation> {
    await this.organizations.administered(ctx, id);
    return this.invitations.resend(ctx, target(id), invitationId);
  }

  /** @throws AppError `not_found`, `permission_denied`, `invalid_transition` */
  async revoke(ctx: RequestContext, id: string, invitationId: string) {
    await this.organizations.administered(ctx, id);
    return this.invitations.revoke(ctx, target(id), invitationId);
  }

  async names(
    ctx: RequestContext,
    invitations: readonly InvitationFacts[],
  ): Promise<Map<string, InvitationNames>> {
    const ids = new Set(invitations.map(invitation => invitation.target.id));
    const rows = await this.repository.findMany(ctx, [...ids]);
    const names = new Map(rows.map(row => [row.id, row.name]));
    return new Map(
      invitations.map(({ id, role, target: { id: organizationId } }) => [
        id,
        { target: names.get(organizationId) ?? '', role },
      ]),
    );
  }

  async administers(ctx: RequestContext, organizationId: string): Promise<boolean> {
    if (ctx.principal?.type !== 'user') return false;
    if (ctx.isPlatformAdmin) return true;
    const role = await this.organizations.roleOf(ctx, organizationId, ctx.principal.id);
    return role === 'owner' || role === 'admin';
  }

  async stillGiven(
    ctx: RequestContext,
    invitations: readonly InvitationFacts[],
  ): Promise<ReadonlySet<string>> {
    const inviters = await this.users.findMany(
      ctx,
      invitations.map(({ invitedBy }) => invitedBy),
    );
    const given = new Set<string>();
    const targets = await this.repository.findMany(ctx, [
      ...new Set(invitations.map(({ target }) => target.id)),
    ]);
    const live = new Set(targets.filter(row => row.deleted_at === null).map(row => row.id));
    const roles = new Map<string, OrganizationRole | null>();
    for (const { id, target, invitedBy } of invitations) {
      if (!live.has(target.id)) continue;
      const inviter = inviters.get(invitedBy);
      if (inviter?.status !== 'activated') continue;
      const place = `${target.id} ${invitedBy}`;
      if (!roles.has(place)) roles.set(place, await this.organizations.roleOf(ctx, target.id, invitedBy));
      const role = roles.get(place);
      if (inviter.platform_role === 'admin' || role === 'owner' || role === 'admin') given.add(id);
    }
    return given;
  }

  async join(ctx: RequestContext, invitation: InvitationFacts, user: User): Promise<void> {
    const member: OrganizationMemberEntity = {
      id: newId('mbr'),
      organization_id: invitation.target.id,
      user_id: user.id,
      role: invitation.role as OrganizationRole,
      status: 'active',
      suspended_by: null,
      added_at: new Date(),
    };
    await orIfTaken(this.members.insert(ctx, member), () => new AppError('member_already_active'));
    const { organization_id, role, status } = member;
    ctx.audit
      .as('organization.member_joined')
      .change(memberTarget(member, user.email), null, { organization_id, role, status });
  }
}

function target(id: string): InvitationTarget {
  return { kind: 'organization', id };
}

function alreadyThere({ status }: OrganizationMemberEntity): AppError {
  if (status === 'active') return new AppError('member_already_active', { param: 'email' });
  return new AppError('invalid_transition', {
    param: 'email',
    message: 'This person is already a member, but suspended; activate the member instead.',
  });
}
