import type { RequestContext } from '../../kernel/context/request-context.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import { SessionRepository } from './session.repository.js';

/** Sessions can be looked up by the person they belong to. */
@Facet()
export class SessionFacet implements AnswersLookups {
  readonly lookup = {
    prefix: 'ses',
    object: 'session',
    madeOf: [],
    permission: 'project:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(private readonly sessions: SessionRepository) {}

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    if (ctx.principal?.type !== 'user') return null;
    const session = await this.sessions.find(ctx, ctx.principal.id, id);
    return session && { id, projectId: null, name: session.device, url: `/v1/sessions/${id}` };
  }
}
