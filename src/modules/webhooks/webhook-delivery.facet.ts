import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersPurging, Purge } from '../../kernel/facets/purging.js';
import { WebhookDeliveryRepository } from './webhook-delivery.repository.js';
import { WebhookEndpointRepository } from './webhook-endpoint.repository.js';

/** Deletions within one unit of work. */
const BATCH = 200;

/** Deliveries can be looked up by id, and are kept for a time. */
@Facet()
export class WebhookDeliveryFacet implements AnswersLookups, AnswersPurging {
  readonly lookup = {
    prefix: 'dlv',
    object: 'webhook_delivery',
    madeOf: ['webhook_delivery.type'],
    permission: 'webhooks:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly purging: { webhook_deliveries: Purge } = {
    webhook_deliveries: {
      count: (ctx, projectId, before) => this.count(ctx, projectId, before),
      deleteBatch: (ctx, projectId, before, limit) => this.deleteBatch(ctx, projectId, before, limit),
    },
  };

  constructor(
    private readonly deliveries: WebhookDeliveryRepository,
    private readonly endpoints: WebhookEndpointRepository,
    private readonly units: UnitOfWork,
  ) {}

  private async count(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    const ids = (await this.endpoints.ofProject(ctx, projectId)).map(({ id }) => id);
    return this.deliveries.countBefore(ctx, projectId, ids, firstIdAt('dlv', before));
  }

  private async deleteBatch(
    ctx: RequestContext,
    projectId: string,
    before: Date,
    limit: number,
  ): Promise<number> {
    const end = firstIdAt('dlv', before);
    let deleted = 0;
    for (const { id } of await this.endpoints.ofProject(ctx, projectId)) {
      while (deleted < limit) {
        const most = Math.min(BATCH, limit - deleted);
        const some = await this.units.bookkeeping(ctx, () =>
          this.deliveries.deleteOldest(ctx, projectId, id, { before: end, limit: most }),
        );
        deleted += some;
        if (some < most) break;
      }
    }
    return deleted;
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const delivery = await this.deliveries.findAnywhere(ctx, id);
    if (!delivery || !(await this.endpoints.findAnywhere(ctx, delivery.endpoint_id))) return null;
    const { project_id: projectId, endpoint_id, type } = delivery;
    const url = `/v1/projects/${projectId}/webhook-endpoints/${endpoint_id}/deliveries/${id}`;
    return { id, projectId, name: type, url };
  }
}
