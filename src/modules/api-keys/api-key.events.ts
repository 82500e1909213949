import { defineEvents } from '../../kernel/event-log/event-types.js';

export const API_KEY_EVENTS = defineEvents({
  'api_key.created': 'An API key was issued.',
  'api_key.updated': "An API key's name, role, allow-lists, limits or expiry was changed.",
  'api_key.suspended': 'An API key was suspended.',
  'api_key.activated': 'A suspended API key was activated.',
  'api_key.regenerated': 'An API key got a new secret.',
  'api_key.revoked': 'An API key was revoked for good.',
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof API_KEY_EVENTS, true> {}
}
