import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  ProjectFacets,
  type Found,
  type GoneRole,
  type ProjectEffect,
  type ProjectFacet,
  type UserAction,
} from '../../kernel/project-facet.js';
import { ApiKeyRepository } from './api-key.repository.js';

/** What keys add to projects: how many there are, how many an action stops, keys by id; a member's own go with the member. */
@Injectable()
export class ApiKeyFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'key',
    permission: 'api_keys:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  async figures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.keys.countByProject(ctx, projectIds, new Date());
    return new Map(
      [...counts].map(([id, count]) => [id, { api_key_count: count.kept, serving_keys: count.serving }]),
    );
  }

  async effects(ctx: RequestContext, projectId: string, action: string): Promise<ProjectEffect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    const counts = await this.keys.countByProject(ctx, [projectId], new Date());
    return [{ effect: 'api_keys_stopped', count: counts.get(projectId)?.serving ?? 0 }];
  }

  async organizationFigures(ctx: RequestContext, organizationIds: string[]) {
    const counts = await this.keys.countByOrganization(ctx, organizationIds);
    return new Map(organizationIds.map(id => [id, { api_key_count: counts.get(id) ?? 0 }]));
  }

  async userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<ProjectEffect[]> {
    if (action !== 'suspend' && action !== 'delete') return [];
    const effect = action === 'suspend' ? 'api_keys_stopped' : 'api_keys_revoked';
    return [{ effect, count: await this.keys.countOfUser(ctx, userId) }];
  }

  async memberGone(ctx: RequestContext, { projectId, memberId }: { projectId: string; memberId: string }) {
    for (const { id, name, status } of await this.keys.revokeOfMember(ctx, projectId, memberId)) {
      ctx.audit.effect('api_key.revoked', { type: 'api_key', id, name }, { status }, { status: 'revoked' });
    }
  }

  async roleGone(ctx: RequestContext, { projectId, roleId, replacementId }: GoneRole): Promise<number> {
    const count = await this.keys.replaceRole(ctx, projectId, roleId, replacementId);
    if (count) {
      const holders = { type: 'api_key', id: 'holders', name: `${count} keys` };
      ctx.audit.effect('api_key.updated', holders, { role_id: roleId }, { role_id: replacementId, count });
    }
    return count;
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const key = await this.keys.findAnywhere(ctx, id);
    return (
      key && {
        id,
        object: 'api_key',
        projectId: key.project_id,
        name: key.name,
        url: `/v1/projects/${key.project_id}/api-keys/${id}`,
      }
    );
  }
}
