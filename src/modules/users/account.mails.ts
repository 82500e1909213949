import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To somebody who has registered: proves the address. The link is good once, for seven days. With `resetLink`, another way if they know no password. */
export const ACTIVATION_MAIL = defineTemplate(
  'activation',
  ({ name, link, resetLink }: { name: string; link: string; resetLink?: string }) => ({
    subject: 'Activate your account',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      'An account was registered with this e-mail address. To activate it, open the link and type the password that ' +
        'was chosen at registration.',
    ],
    action: { label: 'Activate the account', url: link },
    ...(resetLink === undefined
      ? {}
      : {
          otherwise: {
            text:
              'If you do not know the password, set a new one instead. That activates the account, too. This link ' +
              'works for one hour:',
            url: resetLink,
          },
        }),
    footer:
      'The link works once, for seven days. If you did not register, somebody else gave your address: ignore this ' +
      'e-mail, and nothing happens. To use the account yourself, ask for a password reset; the password that you set ' +
      'then replaces theirs.',
  }),
);

/** To the owner of an account whose address somebody registered again; the answer told them nothing of it. */
export const REGISTERED_ALREADY_MAIL = defineTemplate(
  'registered_already',
  ({ name, url }: { name: string; url: string }) => ({
    subject: 'You already have an account',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      'Somebody tried to register an account with this e-mail address. You already have one, so nothing was created or ' +
        'changed.',
      'If it was you, sign in to the account you have. If you forgot its password, ask for a password reset.',
    ],
    action: { label: 'Sign in', url },
    footer:
      'If it was not you, you need not do anything. Whoever tried was not told that you have an account.',
  }),
);

/** To somebody for whom an admin made an account. Never holds the password: the admin hands it over. */
export const TEMPORARY_PASSWORD_MAIL = defineTemplate(
  'temporary_password',
  ({ name, temporary, url }: { name: string; temporary: boolean; url: string }) => ({
    subject: 'An account was created for you',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      'An administrator created an account for you with this e-mail address, and will give you the password.',
      temporary
        ? 'The password is temporary: you will choose your own when you first sign in.'
        : 'You can change the password whenever you like.',
    ],
    action: { label: 'Sign in', url },
    footer: 'E-mails like this one never contain a password. If you did not expect an account, ignore it.',
  }),
);

/** To somebody who may set a new password; the link is good once, for an hour. */
export const PASSWORD_RESET_MAIL = defineTemplate(
  'password_reset',
  ({ name, link }: { name: string; link: string }) => ({
    subject: 'Set a new password',
    greeting: `Hello ${inline(name)},`,
    paragraphs: ['Somebody asked to reset the password of your account. If it was you, choose a new one.'],
    action: { label: 'Set a new password', url: link },
    footer:
      'The link works once, for one hour. If you did not ask for it, ignore this e-mail: nothing changes ' +
      'unless the link is used.',
  }),
);

/** To the address an account is to get: proves it. The link is good once, for a day. */
export const EMAIL_CHANGE_MAIL = defineTemplate(
  'email_change',
  ({ name, link }: { name: string; link: string }) => ({
    subject: 'Confirm your new e-mail address',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      'Somebody asked to use this e-mail address for their account. If it was you, confirm it. You will be signed out ' +
        'everywhere, and sign in with this address from then on.',
    ],
    action: { label: 'Confirm the address', url: link },
    footer:
      'The link works once, for 24 hours. If you did not ask for it, ignore this e-mail: nothing changes.',
  }),
);

/** To the address an account has, when another one was asked for. */
export const EMAIL_CHANGE_NOTICE = defineTemplate(
  'email_change_notice',
  ({ name, email, at, ip }: { name: string; email: string; at: Date; ip: string | null }) => ({
    subject: 'Your e-mail address is about to change',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `Somebody who knows your password asked at ${at.toISOString()}${ip ? `, from ${ip},` : ''} to change the e-mail ` +
        `address of your account to ${inline(email)}. It changes once that address is confirmed.`,
      'If this was not you, change your password immediately: that ends all other sessions and this request. Then tell ' +
        'your administrator.',
    ],
  }),
);

/** To the address an account had until now. */
export const EMAIL_CHANGED_MAIL = defineTemplate(
  'email_changed',
  ({ name, email, at, ip }: { name: string; email: string; at: Date; ip: string | null }) => ({
    subject: 'Your e-mail address was changed',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `The e-mail address of your account was changed to ${inline(email)} at ${at.toISOString()}` +
        `${ip ? `, from ${ip}` : ''}. All sessions have ended.`,
      'If this was not you, tell your administrator immediately.',
    ],
  }),
);

/** To somebody whose sign-in takes a code from now on, or none any more. */
export const TOTP_CHANGED_MAIL = defineTemplate(
  'totp_changed',
  ({
    name,
    what,
    at,
    ip,
  }: {
    name: string;
    what: 'turned on' | 'turned off';
    at: Date;
    ip: string | null;
  }) => ({
    subject: `Two-factor sign-in was ${what}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `Two-factor sign-in of your account was ${what} at ${at.toISOString()}${ip ? `, from ${ip}` : ''}.`,
      'If you did not expect this, change your password immediately and tell your administrator.',
    ],
  }),
);

/** To somebody who has just deleted their account. */
export const ACCOUNT_DELETED_MAIL = defineTemplate(
  'account_deleted',
  ({ name, at, ip }: { name: string; at: Date; ip: string | null }) => ({
    subject: 'Your account was deleted',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `You deleted your account at ${at.toISOString()}${ip ? `, from ${ip}` : ''}. Your sessions and memberships have ` +
        'ended.',
      'If this was not you, tell your administrator immediately: an account can be restored.',
    ],
  }),
);

/** To somebody whose password has just changed. */
export const PASSWORD_CHANGED_MAIL = defineTemplate(
  'password_changed',
  ({ name, at, ip }: { name: string; at: Date; ip: string | null }) => ({
    subject: 'Your password was changed',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `The password of your account was changed at ${at.toISOString()}${ip ? `, from ${ip}` : ''}.`,
      'If this was not you, reset your password immediately and tell your administrator.',
    ],
  }),
);
