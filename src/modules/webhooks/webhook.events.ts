import { defineEvents } from '../../kernel/event-log/event-types.js';

const text = (sentence: string) => ({ text: sentence, access: false }) as const;

export const WEBHOOK_EVENTS = defineEvents({
  'webhook_endpoint.created': text('A webhook endpoint was created.'),
  'webhook_endpoint.updated': text('A webhook endpoint was changed, enabled or disabled.'),
  'webhook_endpoint.deleted': text('A webhook endpoint was deleted.'),
  'webhook_endpoint.secret_rotated': {
    ...text('A webhook endpoint got a new secret; the old one signs for 24 hours more.'),
    shows: {
      preview: ['webhook_endpoint.secrets.preview'],
      old_one_signs_until: ['webhook_endpoint.secrets.expires_at'],
    },
  },
  'webhook_endpoint.disabled': text(
    'The server disabled a webhook endpoint: it failed for five days, or answered 410.',
  ),
  'webhook.test': text('A test was sent to a webhook endpoint.'),
  'webhook.resent': text('A delivery was sent to a webhook endpoint once more.'),
  'webhook.recovered': text('Everything that had not reached a webhook endpoint was sent once more.'),
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof WEBHOOK_EVENTS, true> {}
}
