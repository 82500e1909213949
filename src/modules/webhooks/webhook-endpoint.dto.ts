import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { anyInstant, deleted, id, instant, like, longText, toWire } from '../../kernel/http/schemas.js';
import { mustBe, phrase } from '../../kernel/http/validation-phrases.js';
import { isSelector } from './event-selection.js';
import type {
  WebhookEndpointEntity,
  WebhookQueueEntity,
  WebhookSecretEntity,
} from './webhook-endpoint.entity.js';

const status = z.enum(['enabled', 'disabled']);

export const WebhookEndpoint = z
  .object({
    id: id('whk'),
    url: like('https://hooks.example.com/bailiwick'),
    description: like('Orders').nullable(),
    event_types: z.array(z.string()).meta({ examples: [['project.*', 'api_key.created']] }),
    status,
    disabled_reason: z
      .enum(['manual', 'failing', 'gone', 'promoted'])
      .nullable()
      .describe(
        'By hand; after five days of failures; by a 410; because it came with a promotion or a clone.',
      ),
    created_at: instant,
    secrets: z
      .array(z.object({ preview: like('whsec_…x4Qz'), expires_at: instant.nullable() }))
      .describe('What deliveries are signed with, newest first. The current secret does not expire.'),
    health: z
      .object({
        last_success_at: instant.nullable(),
        last_failure_at: instant.nullable(),
        failing_since: instant
          .nullable()
          .describe(
            'The first failure since the last success; one a day or more after the last begins anew.',
          ),
        success_rate: z
          .number()
          .nullable()
          .describe('Of the last 100 attempts, from 0 to 1; null before the first.')
          .meta({ examples: [0.98] }),
      })
      .describe('How it goes, tests left out.'),
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

export const IssuedWebhookEndpoint = z
  .object({
    webhook_endpoint: WebhookEndpoint,
    secret: z
      .string()
      .describe('Shown only once.')
      .meta({ examples: ['whsec_…'], 'x-structural': true }),
  })
  .meta({ id: 'IssuedWebhookEndpoint' });
export type IssuedWebhookEndpoint = z.infer<typeof IssuedWebhookEndpoint>;

const url = z
  .string()
  .trim()
  .max(2_000)
  .refine(value => URL.canParse(value), {
    error: mustBe('a URL such as https://hooks.example.com/bailiwick'),
  })
  .describe('Public and https, unless the server is configured otherwise; without user name and password.')
  .meta({ examples: ['https://hooks.example.com/bailiwick'] });
const eventTypes = z
  .array(
    z
      .string()
      .max(60)
      .refine(isSelector, {
        error: phrase('is no event type', 'Send an event type, all of a thing (project.*), or *.'),
      }),
  )
  .min(1)
  .max(100)
  .overwrite(types => [...new Set(types)])
  .describe('Exact types, all of a thing (`project.*`), or `*`.')
  .meta({ examples: [['project.*', 'api_key.created']] });
const fields = { url, description: longText(200).nullable().optional(), event_types: eventTypes };

export const CreateWebhookEndpoint = z.strictObject({ ...fields, status: status.default('enabled') }).meta({
  id: 'CreateWebhookEndpoint',
  examples: [
    { url: 'https://hooks.example.com/bailiwick', description: 'Orders', event_types: ['project.*'] },
  ],
});
export type CreateWebhookEndpoint = z.output<typeof CreateWebhookEndpoint>;

export const UpdateWebhookEndpoint = z
  .strictObject({ ...fields, status })
  .partial()
  .meta({ id: 'UpdateWebhookEndpoint', examples: [{ description: 'Orders' }] });
export type UpdateWebhookEndpoint = z.output<typeof UpdateWebhookEndpoint>;

export const ListWebhookEndpoints = z.strictObject(listQuery());
export type ListWebhookEndpoints = z.output<typeof ListWebhookEndpoints>;

export const WebhookEndpointPage = pageOf(WebhookEndpoint, 'WebhookEndpointPage');

export const DeletedWebhookEndpoint = deleted('whk').meta({ id: 'DeletedWebhookEndpoint' });

export const RecoverWebhooks = z
  .strictObject({
    since: anyInstant.describe('Earliest instant, included.'),
    until: anyInstant.optional().describe('Latest instant, not included; now, unless given.'),
  })
  .meta({ id: 'RecoverWebhooks', examples: [{ since: '2026-01-31T12:00:00.000Z' }] });
export type RecoverWebhooks = z.output<typeof RecoverWebhooks>;

export const WebhookRecovery = z
  .object({ queued: z.number().int().describe('How many deliveries will be sent.') })
  .meta({ id: 'WebhookRecovery' });
export type WebhookRecovery = z.infer<typeof WebhookRecovery>;

/** What an endpoint is shown with. */
export interface EndpointDetails {
  readonly secrets: readonly Pick<WebhookSecretEntity, 'preview' | 'expires_at'>[];
  readonly queue: WebhookQueueEntity | undefined;
  readonly successRate: number | null;
}

export function toWebhookEndpoint(
  row: WebhookEndpointEntity,
  { secrets, queue, successRate }: EndpointDetails,
): WebhookEndpoint {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    event_types: row.event_types,
    status: row.status,
    disabled_reason: row.disabled_reason,
    created_at: row.created_at.toISOString(),
    secrets: secrets.map(secret => ({ preview: secret.preview, expires_at: toWire(secret.expires_at) })),
    health: {
      last_success_at: toWire(queue?.last_success_at ?? null),
      last_failure_at: toWire(queue?.last_failure_at ?? null),
      failing_since: toWire(queue?.failing_since ?? null),
      success_rate: successRate,
    },
  };
}
