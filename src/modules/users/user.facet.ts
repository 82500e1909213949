import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import {
  ProjectFacets,
  type Found,
  type ProjectEffect,
  type ProjectFacet,
  type UserAction,
} from '../../kernel/project-facet.js';
import { SessionService } from './session.service.js';
import { UserService } from './user.service.js';

/** Accounts can be looked up by platform admins, and everybody's own; what ends an account ends its sessions. */
@Injectable()
export class UserFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'usr',
    permission: 'members:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly users: UserService,
    private readonly sessions: SessionService,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  async userEffects(ctx: RequestContext, userId: string, action: UserAction): Promise<ProjectEffect[]> {
    if (action === 'activate') return [];
    return [{ effect: 'sessions_ended', count: await this.sessions.countOf(ctx, userId) }];
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    if (!ctx.isPlatformAdmin && ctx.principal?.id !== id) return null;
    const user = await this.users.find(ctx, id);
    return (
      user && {
        id,
        object: 'user',
        projectId: null,
        name: user.email,
        url: ctx.isPlatformAdmin ? `/v1/users/${id}` : '/v1/me',
      }
    );
  }
}
