import { defineEvents } from '../../kernel/event-log/event-types.js';

export const CUSTOMER_EVENTS = defineEvents({
  'customer.created': { text: 'A customer was created.', access: false },
  'customer.updated': { text: "A customer's name, e-mail address or metadata was changed.", access: false },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof CUSTOMER_EVENTS, true> {}
}
