import { z } from 'zod';
import { isEventType } from '../../kernel/event-log/event-types.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { anyInstant, id, instant, like, toWire } from '../../kernel/http/schemas.js';
import { mustBe, phrase } from '../../kernel/http/validation-phrases.js';
import type { WebhookAttemptEntity, WebhookDeliveryEntity } from './webhook-delivery.entity.js';

const status = z.enum(['pending', 'succeeded', 'failed']);

const fields = {
  id: id('dlv'),
  event_id: id('evt').describe('The `webhook-id` of every attempt.'),
  type: like('api_key.created'),
  status: status.describe('`pending` until it has succeeded or its schedule has ended.'),
  attempt_count: z.number().int(),
  next_attempt_at: instant.nullable(),
  created_at: instant,
};

export const WebhookDelivery = z.object(fields).meta({ id: 'WebhookDelivery' });
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

const attempt = z.object({
  at: instant,
  status_code: z.number().int().nullable().describe('Null when there was no complete answer.'),
  error: like('timeout')
    .nullable()
    .describe(
      'Why there was no complete answer, such as `timeout` or `address_not_allowed`; null when there was.',
    ),
  latency_ms: z.number().int(),
  response_body: like('{"ok":true}').nullable().describe('The first 2 KiB of the answer.'),
});

export const WebhookDeliveryRecord = z
  .object({
    ...fields,
    payload: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe(
        'What is posted; without what a rule hides from any role. Null once the event has been deleted by retention.',
      ),
    attempts: z.array(attempt).describe('The last 100, oldest first.'),
  })
  .meta({ id: 'WebhookDeliveryRecord', 'x-resource': 'webhook_delivery' });
export type WebhookDeliveryRecord = z.infer<typeof WebhookDeliveryRecord>;

export const ListWebhookDeliveries = z.strictObject({
  ...listQuery(),
  status: status.optional(),
  type: z
    .string()
    .max(60)
    .regex(/^[a-z_.]*\*?$/, mustBe('an event type, or a beginning followed by *'))
    .optional()
    .describe('An event type, or the beginning of one: `api_key.*`.'),
  from: anyInstant.optional().describe('Earliest instant, included.'),
  to: anyInstant.optional().describe('Latest instant, not included.'),
});
export type ListWebhookDeliveries = z.output<typeof ListWebhookDeliveries>;

export const WebhookDeliveryPage = pageOf(WebhookDelivery, 'WebhookDeliveryPage');

export const TestWebhook = z
  .strictObject({
    type: z
      .string()
      .max(60)
      .refine(isEventType, { error: phrase('is no event type', 'Send one of the event types.') })
      .default('webhook.test')
      .describe('The test carries the example of this type, whatever the endpoint is subscribed to.'),
  })
  .default({ type: 'webhook.test' })
  .meta({ id: 'TestWebhook', examples: [{ type: 'webhook.test' }] });
export type TestWebhook = z.output<typeof TestWebhook>;

export function toWebhookDelivery(row: WebhookDeliveryEntity): WebhookDelivery {
  return {
    id: row.id,
    event_id: row.event_id,
    type: row.type,
    status: row.status,
    attempt_count: row.attempt_count,
    next_attempt_at: toWire(row.next_attempt_at),
    created_at: row.created_at.toISOString(),
  };
}

export function toAttempt(row: WebhookAttemptEntity): WebhookDeliveryRecord['attempts'][number] {
  return {
    at: row.at.toISOString(),
    status_code: row.status_code,
    error: row.error,
    latency_ms: row.latency_ms,
    response_body: row.response_body,
  };
}
