import { Injectable } from '@nestjs/common';
import { hiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { EventFeed } from '../../kernel/facets/event-feed.port.js';
import { MemberService } from '../teams/member.service.js';
import type { WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import { examplePayload, type WebhookPayload } from './webhook-payload.js';

/** Whoever learns where other endpoints are may be able to post there: such URLs often hold a secret themselves. */
const NEVER_TOLD = ['webhook_endpoint.url'];

/** For how long what was made of an event is kept: it goes to several endpoints at once. A new rule takes effect as soon. */
const KEPT_MS = 500;
const MOST_KEPT = 500;

/** Makes what is posted, from the event log and by the visibility rules of the moment. */
@Injectable()
export class WebhookPayloads {
  private readonly kept = new Map<string, { payload: Promise<WebhookPayload | null>; until: number }>();

  constructor(
    private readonly events: EventFeed,
    private readonly members: MemberService,
  ) {}

  /**
   * What is posted for a delivery: for one event the same at each attempt, unless a rule has come since. An endpoint has no
   * role, so what is hidden from any is hidden from it. Null when the event is there no more.
   */
  of(ctx: RequestContext, delivery: WebhookDeliveryEntity): Promise<WebhookPayload | null> {
    const { event_id, project_id, type, test, created_at } = delivery;
    if (test)
      return Promise.resolve(examplePayload(type, { id: event_id, project_id, timestamp: created_at }));
    return this.make(ctx, project_id, event_id);
  }

  /** The same, where what was made within half a second will do. */
  recent(ctx: RequestContext, delivery: WebhookDeliveryEntity): Promise<WebhookPayload | null> {
    if (delivery.test) return this.of(ctx, delivery);
    const known = this.kept.get(delivery.event_id);
    if (known && known.until > performance.now()) return known.payload;
    const payload = this.of(ctx, delivery);
    this.kept.delete(delivery.event_id);
    this.kept.set(delivery.event_id, { payload, until: performance.now() + KEPT_MS });
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    payload.catch(() => this.kept.delete(delivery.event_id));
    return payload;
  }

  private async make(
    ctx: RequestContext,
    projectId: string,
    eventId: string,
  ): Promise<WebhookPayload | null> {
    const hidden = await this.members.hiddenFromAnybody(ctx, projectId);
    const told = hiddenAttributes([...hidden, ...NEVER_TOLD]);
    const event = await this.events.tell(ctx, projectId, eventId, told);
    if (!event) return null;
    const { actor, subject_user_id, target, outcome, changes, effects, reason, request_id } = event;
    return {
      type: event.type,
      timestamp: event.created_at,
      id: event.id,
      project_id: projectId,
      data: { outcome, actor, subject_user_id, target, changes, effects, reason, request_id },
    };
  }
}
