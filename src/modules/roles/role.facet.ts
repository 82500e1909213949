import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectFacets, type Found, type ProjectFacet } from '../../kernel/project-facet.js';
import { RoleRepository } from './role.repository.js';

/** A project's own roles can be looked up by id; system roles belong to no project. */
@Injectable()
export class RoleFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'rol',
    permission: 'roles:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly roles: RoleRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const role = await this.roles.findAnywhere(ctx, id);
    if (!role?.project_id) return null;
    const url = `/v1/projects/${role.project_id}/roles/${id}`;
    return { id, object: 'role', projectId: role.project_id, name: role.name, url };
  }
}
