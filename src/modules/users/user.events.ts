import { defineEvents } from '../../kernel/event-log/event-types.js';

export const USER_EVENTS = defineEvents({
  'user.created': 'An account was created: registered, or made by an admin.',
  'user.registration_repeated': {
    text: 'Somebody registered with the address of an existing account; its owner was told.',
    access: false,
  },
  'user.updated': 'Details of an account were changed.',
  'user.email_change_requested': {
    text: 'Somebody asked to give their account another e-mail address.',
    access: false,
  },
  'user.deleted': 'An account was deleted.',
  'user.restored': 'A deleted or suspended account was restored.',
  'user.suspended': 'An account was suspended; its sessions ended.',
  'user.password_reset_requested': 'A password reset was requested.',
  'user.activated': 'A new or suspended account was activated.',
  'user.signed_in': { text: 'Somebody signed in.', access: false },
  'user.sign_in_failed': { text: 'A sign-in was refused.', access: false },
  'user.password_changed': 'A password was changed; all other sessions ended.',
  'user.totp_prepared': { text: 'Somebody began to set up two-factor sign-in.', access: false },
  'user.totp_enabled': 'Two-factor sign-in was turned on; all other sessions ended.',
  'user.totp_disabled': 'Two-factor sign-in was turned off by its owner.',
  'user.totp_reset': 'Two-factor sign-in was turned off by an admin; all sessions ended.',
  'session.ended': 'A session was ended.',
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof USER_EVENTS, true> {}
}
