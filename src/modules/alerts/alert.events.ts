import { defineEvents } from '../../kernel/event-log/event-types.js';

export const ALERT_EVENTS = defineEvents({
  'alert_threshold.created': { text: 'An alert threshold was created.', access: false },
  'alert_threshold.updated': { text: 'An alert threshold was changed.', access: false },
  'alert_threshold.deleted': { text: 'An alert threshold was deleted.', access: false },
  'alert.fired': { text: 'A metric crossed its alert threshold.', access: false },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof ALERT_EVENTS, true> {}
}
