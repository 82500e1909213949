import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To somebody who has registered: proves the address. With `resetLink`, another way if they know no password. */
export const ACTIVATION_MAIL = defineTemplate(
  'activation',
  ({ name, link, resetLink }: { name: string; link: string; resetLink?: string }) => ({
    subject: 'Activate your account',
    greeting: `Hello ${inline(name)},`,
    paragraphs: ['an account was registered with this e-mail address. Activate it to sign in.'],
    action: { label: 'Activate the account', url: link },
    ...(resetLink === undefined
      ? {}
      : {
          otherwise: {
            text:
              'If you do not know its password, set one instead. That activates the account, too; this link is ' +
              'good for an hour:',
            url: resetLink,
          },
        }),
    footer:
      'The link works once, and for a limited time. If you did not register, ignore this e-mail: ' +
      'nothing happens without the link.',
  }),
);

/** To somebody for whom an admin made an account. Never holds the password: the admin hands it over. */
export const TEMPORARY_PASSWORD_MAIL = defineTemplate(
  'temporary_password',
  ({ name, temporary, url }: { name: string; temporary: boolean; url: string }) => ({
    subject: 'An account was made for you',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      'an administrator made an account with this e-mail address for you, and will hand you its password.',
      temporary
        ? 'That password is temporary: you choose your own when you first sign in.'
        : 'You may change that password whenever you like.',
    ],
    action: { label: 'Sign in', url },
    footer: 'This e-mail never holds a password. If you did not expect an account, ignore it.',
  }),
);

/** To somebody who may set a new password; the link is good once, for an hour. */
export const PASSWORD_RESET_MAIL = defineTemplate(
  'password_reset',
  ({ name, link }: { name: string; link: string }) => ({
    subject: 'Set a new password',
    greeting: `Hello ${inline(name)},`,
    paragraphs: ['somebody asked to set a new password for your account. If it was you, choose one.'],
    action: { label: 'Set a new password', url: link },
    footer:
      'The link works once, for an hour. If you did not ask for it, ignore this e-mail: nothing changes ' +
      'without the link.',
  }),
);

/** To somebody whose password has just changed. */
export const PASSWORD_CHANGED_MAIL = defineTemplate(
  'password_changed',
  ({ name, at, ip }: { name: string; at: Date; ip: string | null }) => ({
    subject: 'Your password was changed',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `the password of your account was changed at ${at.toISOString()}${ip ? `, from ${ip}` : ''}.`,
      'If it was not you, ask for a password reset at once, and tell your administrator.',
    ],
  }),
);
