import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const EVENT_LOG_TAG: Tag = {
  name: 'Event log',
  description: 'One entry for every change, with before and after; chained, signed and checked.',
  place: 190,
};
