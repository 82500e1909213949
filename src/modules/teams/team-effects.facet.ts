import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import { type AnswersMutationEffects, countOf, type Effect } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import { lostPermissions } from '../roles/lost-permissions.js';
import { MemberRepository } from './member.repository.js';

/** What mutations would do to teams: whose memberships stop or end, and who gets another role or can do less. */
@Facet()
export class TeamEffectsFacet implements AnswersMutationEffects {
  constructor(private readonly members: MemberRepository) {}

  async mutationEffects(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    return [
      ...(await this.direct(ctx, record)),
      { effect: 'memberships_ended', count: countOf(record, 'member.removed', 'member') },
      ...(seesRoles(ctx) ? await this.withRole(ctx, record) : []),
    ];
  }

  /** To those who hold, or are invited to, the role that the request is about. */
  private async withRole(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    if (record.type === 'role.updated') return this.limited(ctx, record);
    return [
      { effect: 'members_role_changed', count: countOf(record, 'member.role_changed', 'member') },
      { effect: 'invitations_role_changed', count: countOf(record, 'member.role_changed', 'invitation') },
    ];
  }

  private async direct(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    const { type } = record;
    if (type === 'member.suspended') return [{ effect: 'memberships_stopped', count: 1 }];
    if (type === 'member.removed') return [{ effect: 'memberships_ended', count: 1 }];
    if (type === 'organization.member_suspended') return this.stoppedIn(ctx, record);
    return [];
  }

  /** The active memberships of the organization's projects. */
  private async stoppedIn(
    ctx: RequestContext,
    { subjectUserId, organizationId }: AuditRecord,
  ): Promise<Effect[]> {
    const whose = { userId: subjectUserId!, organizationId: organizationId! };
    const memberships = await this.members.listOfUser(ctx, whose);
    const count = memberships.filter(({ status }) => status === 'active').length;
    return [{ effect: 'memberships_stopped', count }];
  }

  /** The members who can do less when their role permits less. */
  private async limited(ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    if (lostPermissions(record).length === 0) return [];
    const count = await this.members.countOfRole(ctx, ctx.project!.id, record.target!.id);
    return [{ effect: 'members_affected', count }];
  }
}

/** Whether the caller may know who holds which role. */
function seesRoles(ctx: RequestContext): boolean {
  return ctx.can('members:read') && !ctx.hides('member.role');
}
