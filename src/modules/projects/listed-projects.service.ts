import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { MemberService } from '../teams/member.service.js';
import { Project } from './project.dto.js';

/**
 * Hides in a list of projects what each project hides from the person who asks: they may be its viewer
 * here and its owner there. A key sees its own project only, which the request's own context covers.
 */
@Injectable()
export class ListedProjects {
  constructor(
    private readonly members: MemberService,
    private readonly organizations: OrganizationService,
    private readonly catalog: AttributeCatalog,
  ) {}

  /** The same projects, hidden attributes replaced. */
  async withoutHidden(ctx: RequestContext, projects: Project[]): Promise<Project[]> {
    if (ctx.principal?.type !== 'user' || ctx.isPlatformAdmin) return projects;
    const { user } = ctx;
    const others = projects.filter(project => project.owner.id !== user.id);
    const hidden = await this.members.hiddenFrom(
      ctx,
      user.id,
      others.map(project => project.id),
    );
    for (const { id, organization_id } of others) {
      if (!hidden.has(id)) continue;
      const role = await this.organizations.roleOf(ctx, organization_id, user.id);
      if (role === 'owner' || role === 'admin') hidden.delete(id);
    }
    return projects.map(project => {
      const attributes = hidden.get(project.id);
      return attributes ? this.catalog.redaction(attributes).apply(Project, project) : project;
    });
  }
}
