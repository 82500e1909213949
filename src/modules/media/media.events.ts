import { defineEvents } from '../../kernel/event-log/event-types.js';

export const MEDIA_EVENTS = defineEvents({
  'media.created': { text: 'A media file was uploaded.', access: false },
  'media.updated': {
    text: 'A media file was renamed, suspended, restored, or made public or private.',
    access: false,
  },
  'media.deleted': {
    text: 'A media file was deleted; its bytes stay until retention purges them.',
    access: false,
  },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof MEDIA_EVENTS, true> {}
}
