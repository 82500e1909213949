import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { ProjectFacets, type Found, type ProjectFacet } from '../../kernel/project-facet.js';
import { SessionRepository } from './session.repository.js';

/** Sessions can be looked up by the person they belong to. */
@Injectable()
export class SessionFacet implements ProjectFacet, OnModuleInit {
  readonly lookup = {
    prefix: 'ses',
    permission: 'project:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(
    private readonly sessions: SessionRepository,
    private readonly facets: ProjectFacets,
  ) {}

  onModuleInit(): void {
    this.facets.register(this);
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    if (ctx.principal?.type !== 'user') return null;
    const session = await this.sessions.find(ctx, ctx.principal.id, id);
    return (
      session && { id, object: 'session', projectId: null, name: session.device, url: `/v1/sessions/${id}` }
    );
  }
}
