import { defineEvents } from '../../kernel/event-log/event-types.js';

export const AUDIT_EVENTS = defineEvents({
  'access.denied': {
    text: 'Somebody known was refused. Further refusals within the same minute are counted in one entry.',
    access: false,
  },
  'checkpoint.signed': { text: "Where a log's chain ends was signed.", access: false },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof AUDIT_EVENTS, true> {}
}
