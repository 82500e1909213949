import { inline, type Letter } from './letter.js';

/** What each template needs to know. A new template is an entry here and its letter below. */
export interface TemplateData {
  /** To somebody who has registered: proves the address. With `resetLink`, another way if they know no password. */
  activation: { name: string; link: string; resetLink?: string };
  /** To the owner of a project that has just been created. */
  welcome: { name: string; projectName: string; projectUrl: string };
  /** To somebody who may set a new password; the link is good once, for an hour. */
  password_reset: { name: string; link: string };
  /** To somebody whose password has just changed. */
  password_changed: { name: string; at: Date; ip: string | null };
  /** To somebody for whom an admin made an account. Never holds the password: the admin hands it over. */
  temporary_password: { name: string; temporary: boolean; url: string };
  /** To somebody asked to join a project or an organization; the link is good once, for seven days. */
  invitation: {
    inviter: string;
    kind: 'project' | 'organization';
    target: string;
    role: string;
    link: string;
  };
  /** To somebody who is no member of a project or an organization any more. */
  removal: { name: string; kind: 'project' | 'organization'; target: string };
  /** To the team of a project that was suspended or deleted. */
  project_stopped: {
    name: string;
    projectName: string;
    what: 'suspended' | 'deleted';
    reason: string | null;
  };
  /** To the new and the former owner of a project. */
  ownership: { name: string; projectName: string; newOwner: string; yours: boolean };
  /** To a project's owner and administrators: a metric has crossed its threshold. */
  alert: {
    name: string;
    projectName: string;
    condition: string;
    window: string;
    measured: string;
    url: string;
  };
}

export type TemplateName = keyof TemplateData;

export const TEMPLATES: { readonly [T in TemplateName]: (data: TemplateData[T]) => Letter } = {
  activation: ({ name, link, resetLink }) => ({
    subject: 'Activate your account',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      'an account was registered with this e-mail address. To activate it, open the link and type the password it was ' +
        'registered with.',
    ],
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
      'The link works once, and for a limited time. If you did not register, somebody else gave your address: ignore ' +
      'this e-mail, and nothing happens. To use the account yourself, ask for a password reset; the password you set ' +
      'then replaces theirs.',
  }),

  welcome: ({ name, projectName, projectUrl }) => ({
    subject: `Your project ${inline(projectName)} is ready`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `the project ${inline(projectName)} has been created, and you are its owner.`,
      'Issue an API key and make a first call with it, or invite your team.',
    ],
    action: { label: 'Open the project', url: projectUrl },
    footer: 'You get this e-mail because you own the project.',
  }),

  password_reset: ({ name, link }) => ({
    subject: 'Set a new password',
    greeting: `Hello ${inline(name)},`,
    paragraphs: ['somebody asked to set a new password for your account. If it was you, choose one.'],
    action: { label: 'Set a new password', url: link },
    footer:
      'The link works once, for an hour. If you did not ask for it, ignore this e-mail: nothing changes ' +
      'without the link.',
  }),

  password_changed: ({ name, at, ip }) => ({
    subject: 'Your password was changed',
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `the password of your account was changed at ${at.toISOString()}${ip ? `, from ${ip}` : ''}.`,
      'If it was not you, ask for a password reset at once, and tell your administrator.',
    ],
  }),

  temporary_password: ({ name, temporary, url }) => ({
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

  invitation: ({ inviter, kind, target, role, link }) => ({
    subject: `Invitation to the ${kind} ${inline(target)}`,
    greeting: 'Hello,',
    paragraphs: [
      `${inline(inviter)} invites you to the ${kind} ${inline(target)}, as ${inline(role)}.`,
      'The page behind the link lets you accept or decline. You need no account yet.',
    ],
    action: { label: 'Answer the invitation', url: link },
    footer:
      'The link works once, for seven days. If you do not know the sender, ignore this e-mail: nothing ' +
      'happens without the link.',
  }),

  removal: ({ name, kind, target }) => ({
    subject: `You are no member of the ${kind} ${inline(target)} any more`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `you were removed from the ${kind} ${inline(target)}. You cannot reach it any more.`,
      'If this is a mistake, ask one of its administrators to invite you again.',
    ],
  }),

  project_stopped: ({ name, projectName, what, reason }) => ({
    subject: `The project ${inline(projectName)} was ${what}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `the project ${inline(projectName)} was ${what}. Its API keys have stopped working.`,
      ...(reason === null ? [] : [`The reason given: ${inline(reason, 500)}`]),
    ],
    footer: 'You get this e-mail because you are a member of its team.',
  }),

  ownership: ({ name, projectName, newOwner, yours }) => ({
    subject: `The project ${inline(projectName)} has a new owner`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: yours
      ? [`you own the project ${inline(projectName)} now, and are an administrator of its team.`]
      : [
          `the project ${inline(projectName)} belongs to ${inline(newOwner)} now. You stay a member of its team.`,
          'If you did not expect this, speak to your administrators.',
        ],
  }),

  alert: ({ name, projectName, condition, window, measured, url }) => ({
    subject: `Alert: ${condition} in ${inline(projectName)}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `in the project ${inline(projectName)}, ${condition} holds over the last ${window}: the value is ${measured}.`,
      'You will hear of it again only after it has recovered and crossed the threshold anew.',
    ],
    action: { label: 'Look at the usage', url },
    footer: 'You get this e-mail because you own or administer the project.',
  }),
};
