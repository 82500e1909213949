import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Configuration } from '../../kernel/facets/configuration.js';
import { Promotions, type PromotionStanding } from '../../kernel/facets/promotions.port.js';
import { isSame } from './configuration-plan.js';
import { HandoffService } from './handoff.service.js';
import { ProjectPairRepository } from './project-pair.repository.js';
import { PromotionRequestRepository } from './promotion-request.repository.js';
import { stateOf } from './promotion-transitions.js';

/** Where projects stand between sandbox and production, from what is there now. */
@Injectable()
export class StoredPromotions extends Promotions {
  constructor(
    private readonly pairs: ProjectPairRepository,
    private readonly requests: PromotionRequestRepository,
    private readonly configuration: Configuration,
    private readonly handoff: HandoffService,
  ) {
    super();
  }

  override async standing(
    ctx: RequestContext,
    { id, environment }: { id: string; environment: string },
  ): Promise<PromotionStanding> {
    const pair = await this.pairs.of(ctx, id);
    const drifted = pair !== null && !(await this.inSync(ctx, id, pair.id));
    if (environment !== 'sandbox') return { state: pair ? 'promoted' : 'not_ready', pair, drifted };
    const newest = await this.requests.newest(ctx, id);
    const settled = stateOf(newest?.status ?? null, pair !== null && !drifted);
    const state = settled ?? ((await this.handoff.isReady(ctx, id)) ? 'ready_for_review' : 'not_ready');
    return { state, pair, drifted };
  }

  private async inSync(ctx: RequestContext, id: string, other: string): Promise<boolean> {
    return isSame(await this.configuration.snapshot(ctx, id), await this.configuration.snapshot(ctx, other));
  }
}
