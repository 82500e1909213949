import { defineEvents } from '../../kernel/event-log/event-types.js';

/** The target is the customer, what changed is the entitlement. */
const shows = {
  feature_key: ['entitlement.feature_key', 'entitlement_event.feature_key'],
  value: ['entitlement.value', 'entitlement_event.old_value', 'entitlement_event.new_value'],
  valid_from: ['entitlement.valid_from'],
  valid_until: ['entitlement.valid_until'],
  source: ['entitlement.source', 'entitlement_event.source'],
  description: ['entitlement.description', 'entitlement_event.description'],
  metadata: ['entitlement.metadata'],
};

export const ENTITLEMENT_EVENTS = defineEvents({
  'entitlement.created': { text: 'A customer got an entitlement.', access: false, shows },
  'entitlement.updated': { text: "A customer's entitlement was set again.", access: false, shows },
  'entitlement.deleted': { text: 'A customer lost an entitlement.', access: false, shows },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof ENTITLEMENT_EVENTS, true> {}
}
