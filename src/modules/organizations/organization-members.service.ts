import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { overrules, type Power, powerOf, refusalToLift } from '../../kernel/context/suspension.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { Ownership } from '../../kernel/facets/ownership.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { InvitationService } from '../invitations/invitation.service.js';
import { NotificationService } from '../notifications/notification.service.js';
import { displayName, UserService } from '../users/user.service.js';
import type { Organization } from './organization.dto.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService, organizationTarget } from './organization.service.js';
import { OrganizationLimit } from './organization-limit.service.js';
import {
  type ListOrganizationMembers,
  type OrganizationMember,
  type OrganizationMemberPage,
  toInvitedMember,
  toOrganizationMember,
  type TransferOrganization,
  type UpdateOrganizationMember,
} from './organization-member.dto.js';
import type { OrganizationMemberEntity } from './organization-member.entity.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { REMOVAL_MAIL } from './removal.mail.js';

/** The people of an organization: their roles, suspension, removal, and who owns it. */
@Injectable()
export class OrganizationMembers {
  constructor(
    private readonly members: OrganizationMemberRepository,
    private readonly repository: OrganizationRepository,
    private readonly organizations: OrganizationService,
    private readonly invitations: InvitationService,
    private readonly users: UserService,
    private readonly notifications: NotificationService,
    private readonly cascades: Cascades,
    private readonly ownership: Ownership,
    private readonly limit: OrganizationLimit,
  ) {}

  /** Members and the invited, newest first. @throws AppError `not_found`, `permission_denied` */
  async list(
    ctx: RequestContext,
    organizationId: string,
    query: ListOrganizationMembers,
  ): Promise<OrganizationMemberPage> {
    await this.organizations.administered(ctx, organizationId);
    const after = decodeCursor(query.cursor);
    const rows = await this.members.list(ctx, organizationId, query.limit, after && `mbr_${after}`);
    const ids = rows.map(row => row.user_id);
    const users = await this.users.findMany(ctx, ids);
    const signIns = await this.users.lastSignIns(ctx, ids);
    const pending = await this.invitations.pendingOf(ctx, { kind: 'organization', id: organizationId });
    const invited = pending.filter(({ status }) => status === 'pending');
    const total = (await this.members.count(ctx, organizationId)) + invited.length;
    // Two kinds of ids in one order: they sort by what follows the prefix.
    const both = [
      ...rows.map(row => ({
        id: row.id.slice(4),
        member: toOrganizationMember(row, users.get(row.user_id)!, signIns.get(row.user_id)),
      })),
      ...invited.map(item => ({ id: item.id.slice(4), member: toInvitedMember(item) })),
    ];
    const rest = both.filter(({ id }) => after === null || id < after);
    rest.sort((one, other) => (one.id < other.id ? 1 : -1));
    return paginate(rest, query.limit, total, ({ member }) => member);
  }

  /** @throws AppError `not_found`, `permission_denied`, `owner_protected` */
  async changeRole(
    ctx: RequestContext,
    organizationId: string,
    id: string,
    { role }: UpdateOrganizationMember,
  ): Promise<OrganizationMember> {
    const before = await this.administeredMember(ctx, organizationId, id);
    if (!(await this.members.updateOther(ctx, before, undefined, { role }))) throw ownerProtected();
    await this.cascades.rightsLost(ctx, { userId: before.user_id });
    return this.changed(ctx, before, { ...before, role });
  }

  /**
   * Stops a member, in every project of the organization too, until they are activated again.
   * @throws AppError `not_found`, `permission_denied`, `owner_protected`, `invalid_transition`
   */
  suspend(ctx: RequestContext, organizationId: string, id: string): Promise<OrganizationMember> {
    return this.transit(ctx, organizationId, id, 'active', 'suspended');
  }

  /** @throws AppError `not_found`, `permission_denied`, `suspended_by_platform`, `invalid_transition` */
  activate(ctx: RequestContext, organizationId: string, id: string): Promise<OrganizationMember> {
    return this.transit(ctx, organizationId, id, 'suspended', 'active');
  }

  /**
   * Removes a member, from the teams of the organization's projects too, and tells them. Members may
   * remove themselves.
   * @throws AppError `not_found`, `permission_denied`; `owner_protected` also for somebody who owns
   *   projects of the organization
   */
  async remove(
    ctx: RequestContext,
    organizationId: string,
    id: string,
  ): Promise<{ id: string; deleted: true }> {
    const { row, role } = await this.organizations.accessible(ctx, organizationId);
    const member = await this.members.find(ctx, organizationId, id);
    const own = member?.user_id === ctx.user.id;
    if (role === 'member' && !own) throw new AppError('permission_denied');
    if (!member) throw new AppError('not_found');
    // Removed and invited again, the member would be active.
    const refusal = refusalToLift(member.suspended_by, await this.powerIn(ctx, organizationId));
    if (refusal) throw refusal;
    // From here on nobody can make the person owner of a project; see ProjectService.create.
    const user = await this.users.lock(ctx, member.user_id);
    if (!(await this.members.deleteOther(ctx, member))) throw ownerProtected();
    const gone = { organizationId, userId: user.id };
    const owned = await this.ownership.of(ctx, gone);
    if (owned.length)
      throw new AppError('owner_protected', {
        message: 'This person owns projects of the organization; transfer their ownership first.',
        details: { owned },
      });
    await this.cascades.organizationMemberGone(ctx, gone);
    await this.cascades.rightsLost(ctx, { userId: user.id });
    await this.notifications.notify(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: REMOVAL_MAIL,
      data: { name: user.first_name, kind: 'organization', target: row.name },
    });
    ctx.audit.about(user.id).change(memberTarget(member, user.email), snapshot(member), null);
    return { id, deleted: true };
  }

  /**
   * Makes another member the owner, once confirmed; the former owner becomes an admin. Of two transfers
   * that race, one has an effect.
   * @throws AppError `not_found`, `permission_denied`, `invalid_transition`, `confirmation_required`, `limit_reached`,
   *   `validation_failed`
   */
  async transferOwnership(
    ctx: RequestContext,
    organizationId: string,
    input: TransferOrganization,
  ): Promise<Organization> {
    const { row, role } = await this.organizations.accessible(ctx, organizationId);
    if (role !== 'owner' && role !== 'platform_admin') throw new AppError('permission_denied');
    if (row.personal) throw conflict('A personal organization stays with its account.');
    const heir = await this.members.find(ctx, organizationId, input.member_id);
    if (heir?.role === 'owner') throw conflict('This member is already the owner.');
    const user = heir?.status === 'active' ? await this.users.find(ctx, heir.user_id) : null;
    if (!heir || user?.status !== 'activated') throw noActiveMember();
    const owner = await this.users.get(ctx, row.owner_id);
    if (!input.confirm) {
      const details = { action: 'transfer-ownership', from: owner.email, to: user.email, effects: [] };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    if ((await this.users.lock(ctx, heir.user_id)).status !== 'activated') throw noActiveMember();
    await this.limit.admit(ctx, heir.user_id);
    const demoted = await this.members.demoteOwner(ctx, organizationId, row.owner_id);
    if (!demoted) throw conflict('The organization has just been given to another owner.');
    if (!(await this.members.updateOther(ctx, heir, 'active', { role: 'owner' }))) throw noActiveMember();
    await this.repository.update(ctx, organizationId, { owner_id: heir.user_id });
    ctx.audit
      .about(heir.user_id)
      .change(organizationTarget(row), { owner: owner.email }, { owner: user.email });
    return this.organizations.get(ctx, organizationId);
  }

  private async transit(
    ctx: RequestContext,
    organizationId: string,
    id: string,
    from: OrganizationMemberEntity['status'],
    to: OrganizationMemberEntity['status'],
  ): Promise<OrganizationMember> {
    const before = await this.administeredMember(ctx, organizationId, id);
    if (before.role === 'owner') throw ownerProtected();
    const power = await this.powerIn(ctx, organizationId);
    const refusal = to === 'active' ? refusalToLift(before.suspended_by, power) : null;
    if (refusal) throw refusal;
    const again = to === 'suspended' && before.status === to && overrules(before.suspended_by, power);
    const status = again ? to : from;
    const suspended_by = to === 'suspended' ? power : null;
    if (!(await this.members.updateOther(ctx, before, status, { status: to, suspended_by }))) {
      throw new AppError('invalid_transition');
    }
    if (to === 'suspended') await this.cascades.rightsLost(ctx, { userId: before.user_id });
    return this.changed(ctx, { ...before, status }, { ...before, status: to });
  }

  private async changed(
    ctx: RequestContext,
    before: OrganizationMemberEntity,
    after: OrganizationMemberEntity,
  ): Promise<OrganizationMember> {
    const user = await this.users.get(ctx, after.user_id);
    ctx.audit.about(user.id).change(memberTarget(after, user.email), snapshot(before), snapshot(after));
    return toOrganizationMember(after, user, (await this.users.lastSignIns(ctx, [user.id])).get(user.id));
  }

  private async powerIn(ctx: RequestContext, organizationId: string): Promise<Power> {
    const role = await this.organizations.roleOf(ctx, organizationId, ctx.user.id);
    return powerOf(ctx, role === 'owner' ? 'owner' : 'team');
  }

  private async administeredMember(
    ctx: RequestContext,
    organizationId: string,
    id: string,
  ): Promise<OrganizationMemberEntity> {
    await this.organizations.administered(ctx, organizationId);
    const member = await this.members.find(ctx, organizationId, id);
    if (!member) throw new AppError('not_found');
    return member;
  }
}

const target = defineTarget('organization_member', { name: ['member.email'] });

/** How a member of an organization stands in the event log. */
export function memberTarget(member: { id: string }, email: string | null) {
  return target(member.id, email);
}

function snapshot({ organization_id, role, status }: OrganizationMemberEntity) {
  return { organization_id, role, status };
}

function ownerProtected(): AppError {
  return new AppError('owner_protected');
}

function conflict(message: string): AppError {
  return new AppError('invalid_transition', { message });
}

function noActiveMember(): AppError {
  return invalidField(
    'member_id',
    'is not an active member of the organization',
    'Choose one from GET /v1/organizations/{id}/members.',
  );
}
