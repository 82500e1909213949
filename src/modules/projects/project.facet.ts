import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  ProjectFacets,
  type Found,
  type Ownership,
  type ProjectEffect,
  type ProjectFacet,
} from '../../kernel/project-facet.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { ProjectRepository } from './project.repository.js';
import { ProjectService } from './project.service.js';

/** Projects themselves can be looked up, belong to organizations and have owners. */
@Injectable()
export class ProjectsFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'prj',
    permission: 'project:read',
    find: (_ctx: RequestContext, id: string) => this.find(id),
  } as const;

  readonly metrics = {
    quota_percent: (ctx: RequestContext, id: string) => this.quotaUsed(ctx, id),
  };

  constructor(
    private readonly projects: ProjectService,
    private readonly organizations: OrganizationService,
    private readonly repository: ProjectRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  async holdOwnerOtherThan(ctx: RequestContext, projectId: string, userId: string): Promise<boolean> {
    const project = await this.repository.lock(ctx, projectId);
    return project !== null && project.owner_id !== userId;
  }

  async organizationFigures(ctx: RequestContext, organizationIds: string[]) {
    const counts = await this.repository.countByOrganization(ctx, organizationIds);
    return new Map(organizationIds.map(id => [id, { project_count: counts.get(id) ?? 0 }]));
  }

  async ownedBy(ctx: RequestContext, owner: Ownership): Promise<ProjectEffect[]> {
    return [{ effect: 'projects_owned', count: await this.repository.countOwned(ctx, owner) }];
  }

  private async quotaUsed(ctx: RequestContext, id: string): Promise<number | null> {
    const project = await this.projects.findForAccess(id);
    return project && this.organizations.quotaUsed(ctx, project.organizationId);
  }

  private async find(id: string): Promise<Found | null> {
    const project = await this.projects.findForAccess(id);
    return project && { id, object: 'project', projectId: id, name: project.name, url: `/v1/projects/${id}` };
  }
}
