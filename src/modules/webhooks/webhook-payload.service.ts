import { Injectable } from '@nestjs/common';
import { hiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { EventFeed } from '../../kernel/facets/event-feed.port.js';
import { MemberService } from '../teams/member.service.js';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import { examplePayload, type WebhookPayload } from './webhook-payload.js';

/** Whoever learns where other endpoints are may be able to post there: such URLs often hold a secret themselves. */
const NEVER_TOLD = ['webhook_endpoint.url'];

/** Makes what is posted, from the event log and by the visibility rules of the moment. */
@Injectable()
export class WebhookPayloads {
  constructor(
    private readonly events: EventFeed,
    private readonly members: MemberService,
  ) {}

  /**
   * What is posted for a delivery: for one event the same at each attempt, unless a rule has come since. An endpoint has no
   * role, so what is hidden from any is hidden from it. Null when the event is there no more.
   */
  async of(ctx: RequestContext, delivery: WebhookDeliveryEntity): Promise<WebhookPayload | null> {
    const { event_id, project_id, type, test } = delivery;
    if (test) return examplePayload(type, { id: event_id, project_id, timestamp: delivery.created_at });
    const hidden = await this.members.hiddenFromAnybody(ctx, project_id);
    const event = await this.events.tell(
      ctx,
      project_id,
      event_id,
      hiddenAttributes([...hidden, ...NEVER_TOLD]),
    );
    if (!event) return null;
    const { actor, subject_user_id, target, outcome, changes, effects, reason, request_id } = event;
    return {
      type: event.type,
      timestamp: event.created_at,
      id: event.id,
      project_id,
      data: { outcome, actor, subject_user_id, target, changes, effects, reason, request_id },
    };
  }
}
