import { defineEvents } from '../../kernel/event-log/event-types.js';

export const INVITATION_EVENTS = defineEvents({
  'invitation.resent': 'An invitation was sent again with a new link.',
  'invitation.revoked': 'An invitation was revoked.',
  'invitation.declined': 'An invitation was declined.',
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof INVITATION_EVENTS, true> {}
}
