import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { WebhookAttemptEntity } from './webhook-delivery.entity.js';

/** How many of the last attempts a success rate is of. */
const RECENT = 100;

@Injectable()
export class WebhookAttemptRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  async insert(ctx: RequestContext, attempt: WebhookAttemptEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(WebhookAttemptEntity, attempt);
  }

  /** The newest attempts of a delivery, at most `limit`, oldest first. */
  async ofDelivery(ctx: RequestContext, deliveryId: string, limit: number): Promise<WebhookAttemptEntity[]> {
    const newest = await this.database.read(ctx).find(WebhookAttemptEntity, {
      where: { delivery_id: deliveryId },
      order: { id: 'DESC' },
      take: limit,
    });
    return newest.reverse();
  }

  /** How many of an endpoint's last 100 attempts succeeded, from 0 to 1, tests left out; null without any. */
  async successRate(ctx: RequestContext, endpointId: string): Promise<number | null> {
    const succeeded = await this.lists.newestIds(ctx, [outcome(endpointId, 1)], RECENT);
    const failed = await this.lists.newestIds(ctx, [outcome(endpointId, 0)], RECENT);
    const recent = [...succeeded, ...failed].sort().reverse().slice(0, RECENT);
    if (recent.length === 0) return null;
    const good = new Set(succeeded);
    return recent.filter(id => good.has(id)).length / recent.length;
  }

  /** How many attempts at some endpoints failed in a span of time, tests left out. */
  countFailed(ctx: RequestContext, endpointIds: string[], span: { from: Date; to: Date }): Promise<number> {
    const ids = { from: firstIdAt('wat', span.from), before: firstIdAt('wat', span.to) };
    return this.lists.count(
      ctx,
      endpointIds.map(id => ({ ...outcome(id, 0), ...ids })),
    );
  }
}

function outcome(endpointId: string, succeeded: 0 | 1): Stretch {
  return {
    table: 'webhook_attempts',
    id: 'id',
    index: 'webhook_attempts_outcome',
    equal: { endpoint_id: endpointId, test: 0, succeeded },
  };
}
