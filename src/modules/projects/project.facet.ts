import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectFacets, type Found, type ProjectFacet } from '../../kernel/project-facet.js';
import { ProjectRepository } from './project.repository.js';
import { ProjectService } from './project.service.js';

/** Projects themselves can be looked up. */
@Injectable()
export class ProjectsFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'prj',
    permission: 'project:read',
    find: (_ctx: RequestContext, id: string) => this.find(id),
  } as const;

  constructor(
    private readonly projects: ProjectService,
    private readonly repository: ProjectRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  holdOwnerOtherThan(ctx: RequestContext, projectId: string, userId: string): Promise<boolean> {
    return this.repository.lockUnlessOwnedBy(ctx, projectId, userId);
  }

  private async find(id: string): Promise<Found | null> {
    const project = await this.projects.findForAccess(id);
    return project && { id, object: 'project', projectId: id, name: project.name, url: `/v1/projects/${id}` };
  }
}
