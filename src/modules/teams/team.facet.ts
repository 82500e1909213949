import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  ProjectFacets,
  type Found,
  type ProjectEffect,
  type ProjectFacet,
} from '../../kernel/project-facet.js';
import { MemberRepository } from './member.repository.js';
import { MemberService } from './member.service.js';

/** What teams add to projects: their size, whom an action reaches, members by id. */
@Injectable()
export class TeamFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'mbr',
    permission: 'members:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly members: MemberRepository,
    private readonly service: MemberService,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  async figures(ctx: RequestContext, projectIds: string[]) {
    const counts = await this.members.countByProject(ctx, projectIds);
    return new Map(projectIds.map(id => [id, { team_size: counts.get(id) ?? 0 }]));
  }

  async effects(ctx: RequestContext, projectId: string, action: string): Promise<ProjectEffect[]> {
    // Both owners are told.
    if (action === 'transfer-ownership') return [{ effect: 'members_notified', count: 2 }];
    if (action !== 'suspend' && action !== 'delete') return [];
    const counts = await this.members.countByProject(ctx, [projectId]);
    return [
      { effect: 'members_affected', count: counts.get(projectId) ?? 0 },
      { effect: 'members_notified', count: (await this.service.audience(ctx, projectId)).length },
    ];
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const member = await this.members.findAnywhere(ctx, id);
    if (!member) return null;
    return {
      id,
      object: 'member',
      projectId: member.project_id,
      name: null,
      url: `/v1/projects/${member.project_id}/members/${id}`,
    };
  }
}
