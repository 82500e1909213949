import { defineEvents } from '../../kernel/event-log/event-types.js';

export const MEMBER_EVENTS = defineEvents({
  'member.invited': 'Somebody was invited to a team.',
  'member.joined': 'Somebody joined a team.',
  'member.role_changed': {
    text: 'A member got a different role.',
    shows: { role_id: ['member.role', 'invitation.role'] },
  },
  'member.suspended': "A member was suspended; the member's own keys stop working.",
  'member.activated': 'A suspended member was activated.',
  'member.removed': "A member was removed from a team; the member's own keys were revoked.",
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof MEMBER_EVENTS, true> {}
}
