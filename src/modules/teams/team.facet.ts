import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  type AnswersCascades,
  Cascades,
  type GoneOrganizationMember,
  type GoneRole,
} from '../../kernel/facets/cascades.js';
import type {
  AnswersProjectEffects,
  AnswersUserEffects,
  Effect,
  UserAction,
} from '../../kernel/facets/effects.js';
import type { AnswersExports } from '../../kernel/facets/exports.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersProjectFigures } from '../../kernel/facets/figures.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { Owner } from '../../kernel/facets/ownership.js';
import { InvitationService, invitationTarget } from '../invitations/invitation.service.js';
import { MemberRepository } from './member.repository.js';
import { MemberService, teamTarget } from './member.service.js';
import { TeamExport } from './team.export.js';

/** What teams add to projects: their size, whom an action reaches, members by id, everybody as an export. */
@Facet()
export class TeamFacet
  implements
    AnswersExports,
    AnswersLookups,
    AnswersProjectFigures,
    AnswersProjectEffects,
    AnswersUserEffects,
    Pick<AnswersCascades, 'userGone' | 'organizationMemberGone' | 'roleGone'>
{
  readonly lookup = {
    prefix: 'mbr',
    object: 'member',
    madeOf: [],
    permission: 'members:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly exports: AnswersExports['exports'];

  constructor(
    private readonly members: MemberRepository,
    private readonly service: MemberService,
    private readonly invitations: InvitationService,
    private readonly cascades: Cascades,
    everybody: TeamExport,
  ) {
    this.exports = { team: everybody };
  }

  async projectFigures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.members.countByProject(ctx, projectIds);
    return new Map(projectIds.map(id => [id, { team_size: counts.get(id) ?? 0 }]));
  }

  async projectEffects(ctx: RequestContext, projectId: string, action: string): Promise<Effect[]> {
    if (action === 'transfer-ownership') {
      // The new owner is told, and the former one unless stopped here.
      const told = await this.service.isActive(ctx, projectId, ctx.project?.ownerId ?? '');
      return [{ effect: 'members_notified', count: told ? 2 : 1 }];
    }
    if (action !== 'suspend' && action !== 'delete') return [];
    const counts = await this.members.countByProject(ctx, [projectId]);
    return [
      { effect: 'members_affected', count: counts.get(projectId) ?? 0 },
      { effect: 'members_notified', count: (await this.service.audience(ctx, projectId)).length },
    ];
  }

  async userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<Effect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    const effect = action === 'suspend' ? 'memberships_stopped' : 'memberships_ended';
    return [{ effect, count: (await this.members.listOfUser(ctx, { userId })).length }];
  }

  userGone(ctx: RequestContext, userId: string): Promise<void> {
    return this.leaveAll(ctx, { userId });
  }

  organizationMemberGone(ctx: RequestContext, gone: GoneOrganizationMember): Promise<void> {
    return this.leaveAll(ctx, gone);
  }

  async roleGone(ctx: RequestContext, { projectId, roleId, replacementId }: GoneRole): Promise<number> {
    const members = await this.members.replaceRole(ctx, projectId, roleId, replacementId);
    const invited = await this.invitations.replaceRole(ctx, projectId, roleId, replacementId);
    for (const { holders, count } of [
      { holders: teamTarget('holders', `${members} members`), count: members },
      { holders: invitationTarget({ id: 'holders', email: `${invited} invitations` }), count: invited },
    ]) {
      if (count === 0) continue;
      const before = { role_id: roleId };
      ctx.audit.effect('member.role_changed', holders, before, { role_id: replacementId, count });
    }
    return members + invited;
  }

  /** Ends a user's memberships for good, with everything that hangs on them. */
  private async leaveAll(ctx: RequestContext, whose: Owner): Promise<void> {
    for (const member of await this.members.listOfUser(ctx, whose)) {
      if (!(await this.members.remove(ctx, member))) continue;
      ctx.audit.effect('member.removed', teamTarget(member.id, null));
      await this.cascades.memberGone(ctx, { projectId: member.project_id, memberId: member.id });
    }
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const member = await this.members.findAnywhere(ctx, id);
    if (!member) return null;
    return {
      id,
      projectId: member.project_id,
      name: null,
      url: `/v1/projects/${member.project_id}/members/${id}`,
    };
  }
}
