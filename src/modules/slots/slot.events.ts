import { defineEvents } from '../../kernel/event-log/event-types.js';

/** The target is the customer, what changed is the pool; between two capacities lies the amount of the slot event. */
const shows = {
  wallet: ['slot_pool.wallet', 'slot_event.wallet'],
  source: ['slot_pool.source', 'slot_event.source'],
  capacity: ['slot_pool.capacity', 'slot_event.amount'],
  in_use: ['slot_pool.in_use', 'slot_event.amount'],
};

export const SLOT_EVENTS = defineEvents({
  'slot.created': {
    text: 'A customer was granted the first capacity of a pool of slots.',
    access: false,
    shows,
  },
  'slot.updated': {
    text: "A pool's capacity was granted or revoked, or its slots were claimed or released.",
    access: false,
    shows,
  },
  // Created, updated and deleted are the types of every thing, so that whoever names all three is not refused.
  'slot.deleted': {
    text: 'A pool of slots was deleted. None is today: a pool without capacity stays, suspended.',
    access: false,
    shows,
  },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof SLOT_EVENTS, true> {}
}
