import { defineEvents } from '../../kernel/event-log/event-types.js';
import { defineTarget } from '../../kernel/event-log/targets.js';

export const ROLE_EVENTS = defineEvents({
  'role.created': 'A custom role was created.',
  'role.updated': 'A custom role was changed.',
  'role.deleted': 'A custom role was deleted; its holders became viewers.',
  'visibility_rule.created': 'An attribute was hidden from roles.',
  'visibility_rule.updated': 'A rule that hides an attribute from roles was changed.',
  'visibility_rule.deleted': 'An attribute is no longer hidden.',
});

/** How a role stands in the event log. */
export const roleTarget = defineTarget('role', { name: ['role.name'] });

/** How a visibility rule stands in the event log. */
export const ruleTarget = defineTarget('visibility_rule', { name: ['visibility_rule.attribute'] });

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof ROLE_EVENTS, true> {}
}
