import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectFacets, type Found, type ProjectFacet } from '../../kernel/project-facet.js';
import { targetOf } from './invitation.dto.js';
import { InvitationRepository } from './invitation.repository.js';
import { OrganizationService } from './organization.service.js';

/** Invitations can be looked up by those who see the team, or administer the organization, they are to. */
@Injectable()
export class InvitationFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'inv',
    permission: 'members:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly invitations: InvitationRepository,
    private readonly organizations: OrganizationService,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const invitation = await this.invitations.findAnywhere(ctx, id);
    if (!invitation) return null;
    const target = targetOf(invitation);
    if (target.kind === 'organization' && !(await this.administers(ctx, target.id))) return null;
    return {
      id,
      object: 'invitation',
      projectId: target.kind === 'project' ? target.id : null,
      name: invitation.email,
      url: `/v1/${target.kind}s/${target.id}/invitations/${id}`,
    };
  }

  private async administers(ctx: RequestContext, organizationId: string): Promise<boolean> {
    if (ctx.principal?.type !== 'user') return false;
    if (ctx.isPlatformAdmin) return true;
    const role = await this.organizations.roleOf(ctx, organizationId, ctx.principal.id);
    return role === 'owner' || role === 'admin';
  }
}
