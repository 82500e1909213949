import { defineEvents } from '../../kernel/event-log/event-types.js';

export const ENTITLEMENT_EVENTS = defineEvents({
  'entitlement.created': { text: 'A customer got an entitlement.', access: false },
  'entitlement.updated': { text: "A customer's entitlement was set again.", access: false },
  'entitlement.deleted': { text: 'A customer lost an entitlement.', access: false },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof ENTITLEMENT_EVENTS, true> {}
}
