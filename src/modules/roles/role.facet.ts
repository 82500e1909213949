import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';
import type { AnswersConfiguration } from '../../kernel/facets/configuration.js';
import { type AnswersMutationEffects, countOf, type Effect } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import { lostPermissions } from './lost-permissions.js';
import { RoleRepository } from './role.repository.js';
import { RoleConfiguration } from './role-configuration.js';

/**
 * A project's own roles can be looked up by id, travel with its configuration, and say what a change takes from their
 * holders; system roles belong to no project.
 */
@Facet()
export class RoleFacet implements AnswersConfiguration, AnswersLookups, AnswersMutationEffects {
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

  async mutationEffects(_ctx: RequestContext, record: AuditRecord): Promise<Effect[]> {
    const permissions = lostPermissions(record);
    return [
      { effect: 'roles_deleted', count: record.type === 'role.deleted' ? 1 : 0 },
      { effect: 'permissions_lost', count: permissions.length, permissions },
      {
        effect: 'visibility_rules_changed',
        count: countOf(record, 'visibility_rule.updated', 'visibility_rule'),
      },
    ];
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const role = await this.roles.findAnywhere(ctx, id);
    if (!role?.project_id) return null;
    const url = `/v1/projects/${role.project_id}/roles/${id}`;
    return { id, projectId: role.project_id, name: role.name, url };
  }
}
