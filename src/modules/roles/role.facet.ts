import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersConfiguration } from '../../kernel/facets/configuration.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import { RoleRepository } from './role.repository.js';
import { RoleConfiguration } from './role-configuration.js';

/** A project's own roles can be looked up by id, and travel with its configuration; system roles belong to no project. */
@Facet()
export class RoleFacet implements AnswersConfiguration, AnswersLookups {
  readonly lookup = {
    prefix: 'rol',
    object: 'role',
    madeOf: ['role.name'],
    permission: 'roles:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    readonly configuration: RoleConfiguration,
    private readonly roles: RoleRepository,
  ) {}

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const role = await this.roles.findAnywhere(ctx, id);
    if (!role?.project_id) return null;
    const url = `/v1/projects/${role.project_id}/roles/${id}`;
    return { id, projectId: role.project_id, name: role.name, url };
  }
}
