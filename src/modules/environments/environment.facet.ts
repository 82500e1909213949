import type { RequestContext } from '../../kernel/context/request-context.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import { PromotionRequestRepository } from './promotion-request.repository.js';

/** Promotion requests can be looked up by id. */
@Facet()
export class EnvironmentFacet implements AnswersLookups {
  readonly lookup = {
    prefix: 'prm',
    object: 'promotion_request',
    madeOf: [],
    permission: 'project:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  constructor(private readonly requests: PromotionRequestRepository) {}

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const request = await this.requests.findAnywhere(ctx, id);
    if (!request) return null;
    const { project_id: projectId } = request;
    return { id, projectId, name: null, url: `/v1/projects/${projectId}/promotion-requests/${id}` };
  }
}
