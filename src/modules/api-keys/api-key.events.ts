import { defineEvents } from '../../kernel/event-log/event-types.js';

export const API_KEY_EVENTS = defineEvents({
  'api_key.created': 'An API key was issued.',
  'api_key.updated': {
    text: "An API key's name, role, allow-lists, limits or expiry was changed.",
    shows: { role_id: ['api_key.role'] },
  },
  'api_key.suspended': 'An API key was suspended.',
  'api_key.activated': 'A suspended API key was activated.',
  'api_key.regenerated': {
    text: 'An API key got a new secret.',
    shows: { old_one_accepted_until: ['api_key.previous_secret.expires_at'] },
  },
  'api_key.revoked': 'An API key was revoked for good.',
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof API_KEY_EVENTS, true> {}
}
