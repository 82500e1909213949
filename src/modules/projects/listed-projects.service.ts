import { Injectable } from '@nestjs/common';
import { type HiddenAttributes, hiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AttributeCatalog } from '../../kernel/visibility/attribute-catalog.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { MemberService } from '../teams/member.service.js';
import { Project } from './project.dto.js';

/**
 * Hides in a list of projects what each project hides from the person who asks: they may be its viewer
 * here and its owner there. A key sees its own project only, for which the request's own context covers the rules.
 * Whoever may not read a project sees no more than which one it is.
 */
@Injectable()
export class ListedProjects {
  /** See {@link everything}: the catalog is complete once the server has started. */
  private found?: HiddenAttributes;

  constructor(
    private readonly members: MemberService,
    private readonly organizations: OrganizationService,
    private readonly catalog: AttributeCatalog,
  ) {}

  /** The same projects, hidden attributes replaced. */
  async withoutHidden(ctx: RequestContext, projects: Project[]): Promise<Project[]> {
    if (ctx.isPlatformAdmin) return projects;
    if (ctx.principal?.type !== 'user')
      return ctx.can('project:read')
        ? projects
        : projects.map(project => this.redact(project, this.everything));
    const { user } = ctx;
    const others = projects.filter(project => project.owner.id !== user.id);
    const hidden = await this.members.hiddenFrom(
      ctx,
      user.id,
      others.map(project => project.id),
      this.everything,
    );
    for (const { id, organization_id } of others) {
      if (!hidden.has(id)) continue;
      const role = await this.organizations.roleOf(ctx, organization_id, user.id);
      if (role === 'owner' || role === 'admin') hidden.delete(id);
    }
    return projects.map(project => {
      const attributes = hidden.get(project.id);
      return attributes ? this.redact(project, attributes) : project;
    });
  }

  /** All that a rule could hide of a project. */
  private get everything(): HiddenAttributes {
    return (this.found ??= hiddenAttributes(
      this.catalog.list().flatMap(({ resource, attribute }) => (resource === 'project' ? [attribute] : [])),
    ));
  }

  private redact(project: Project, hidden: HiddenAttributes): Project {
    return this.catalog.redaction(hidden).apply(Project, project);
  }
}
