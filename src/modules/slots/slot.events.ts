import { defineEvents } from '../../kernel/event-log/event-types.js';

export const SLOT_EVENTS = defineEvents({
  'slot.created': { text: 'A customer was granted the first capacity of a pool of slots.', access: false },
  'slot.updated': {
    text: "A pool's capacity was granted or revoked, or its slots were claimed or released.",
    access: false,
  },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof SLOT_EVENTS, true> {}
}
