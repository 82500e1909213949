import { defineEvents } from '../../kernel/event-log/event-types.js';
import { defineTarget } from '../../kernel/event-log/targets.js';

export const ENVIRONMENT_EVENTS = defineEvents({
  'project.cloned': 'A project was made with the configuration of another one.',
  'promotion.requested': { text: 'The promotion of a sandbox to production was asked for.', access: false },
  'promotion.approved': { text: 'A promotion was approved.', access: false },
  'promotion.rejected': { text: 'A platform admin rejected a promotion.', access: false },
  'promotion.withdrawn': { text: 'A promotion was withdrawn before it was applied.', access: false },
  'promotion.applied': 'The configuration of a sandbox was brought to its production project.',
  'promotion.rolled_back': 'A production project got back the configuration from before a promotion.',
});

/** How a promotion request stands in the event log. */
export const promotionTarget = defineTarget('promotion_request', { name: [] });

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof ENVIRONMENT_EVENTS, true> {}
}
