import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  ProjectFacets,
  type Found,
  type Ownership,
  type ProjectEffect,
  type ProjectFacet,
} from '../../kernel/project-facet.js';
import { OrganizationMemberRepository } from './organization-member.repository.js';
import { OrganizationRepository } from './organization.repository.js';
import { OrganizationService } from './organization.service.js';

/** Organizations can be looked up by their members, and have owners; a deleted user leaves those of others. */
@Injectable()
export class OrganizationFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'org',
    permission: 'project:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly organizations: OrganizationService,
    private readonly repository: OrganizationRepository,
    private readonly members: OrganizationMemberRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  async ownedBy(ctx: RequestContext, { userId, organizationId }: Ownership): Promise<ProjectEffect[]> {
    if (organizationId) return [];
    return [{ effect: 'organizations_owned', count: await this.repository.countOwned(ctx, userId) }];
  }

  async userGone(ctx: RequestContext, userId: string): Promise<void> {
    for (const member of await this.members.listOfUser(ctx, userId)) {
      await this.members.deleteOther(ctx, member);
      const target = { type: 'organization_member', id: member.id, name: null };
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
        object: 'organization',
        projectId: null,
        name: organization.name,
        url: `/v1/organizations/${id}`,
      }
    );
  }
}
