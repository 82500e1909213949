import { defineEvents } from '../../kernel/event-log/event-types.js';

export const REPORT_EVENTS = defineEvents({
  'report.requested': { text: 'A report was requested.', access: false },
  'report.ready': { text: 'A report was written and can be downloaded.', access: false },
  'report.downloaded': { text: 'A report, or a part of it, was downloaded.', access: false },
  'report.deleted': { text: 'A report was deleted, and its file with it.', access: false },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof REPORT_EVENTS, true> {}
}
