import { defineEvents } from '../../kernel/event-log/event-types.js';
import { defineTarget } from '../../kernel/event-log/targets.js';

export const RETENTION_EVENTS = defineEvents({
  'retention.updated': { text: 'How long a project keeps its data was changed.', access: false },
  'retention.purged': {
    text: 'Data of a project that was older than it keeps it was deleted.',
    access: false,
  },
});

const target = defineTarget('retention', { name: [] });

/** How a project's retention stands in the event log. */
export function retentionTarget(projectId: string) {
  return target(projectId, null);
}

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof RETENTION_EVENTS, true> {}
}
