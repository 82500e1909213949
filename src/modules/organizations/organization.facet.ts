import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import type { AnswersCascades, NewAccount } from '../../kernel/facets/cascades.js';
import type { AnswersMutationEffects, Effect } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersOwnership, Owner } from '../../kernel/facets/ownership.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService } from './organization.service.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { memberTarget } from './organization-members.service.js';

/** Organizations can be looked up by their members, and have owners. Every new user has one; a deleted user leaves those of others. */
@Facet()
export class OrganizationFacet
  implements
    AnswersLookups,
    AnswersOwnership,
    AnswersMutationEffects,
    Pick<AnswersCascades, 'userCreated' | 'userGone'>
{
  readonly lookup = {
    prefix: 'org',
    object: 'organization',
    madeOf: [],
    permission: 'project:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly organizations: OrganizationService,
    private readonly repository: OrganizationRepository,
    private readonly members: OrganizationMemberRepository,
  ) {}

  async ownedBy(ctx: RequestContext, { userId, organizationId }: Owner): Promise<Effect[]> {
    if (organizationId) return [];
    return [{ effect: 'organizations_owned', count: await this.repository.countOwned(ctx, userId) }];
  }

  async mutationEffects(_ctx: RequestContext, { type }: AuditRecord): Promise<Effect[]> {
    return [
      { effect: 'organization_memberships_stopped', count: type === 'organization.member_suspended' ? 1 : 0 },
      { effect: 'organization_memberships_ended', count: type === 'organization.member_removed' ? 1 : 0 },
    ];
  }

  userCreated(ctx: RequestContext, user: NewAccount): Promise<void> {
    return this.organizations.createPersonal(ctx, user);
  }

  async userGone(ctx: RequestContext, userId: string): Promise<void> {
    for (const member of await this.members.listOfUser(ctx, userId)) {
      await this.members.deleteOther(ctx, member);
      const target = memberTarget(member, null);
      ctx.audit.effect('organization.member_removed', target);
    }
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    if (ctx.principal?.type !== 'user') return null;
    if (!ctx.isPlatformAdmin && !(await this.organizations.roleOf(ctx, id, ctx.principal.id))) return null;
    const organization = await this.repository.find(ctx, id);
    return (
      organization && {
        id,
        projectId: null,
        name: organization.name,
        url: `/v1/organizations/${id}`,
      }
    );
  }
}
