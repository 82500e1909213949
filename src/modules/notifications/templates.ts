import { inline, type Letter } from './letter.js';

/** What each template needs to know. A new template is an entry here and its letter below. */
export interface TemplateData {
  /** To somebody who has registered: proves the address. */
  activation: { name: string; link: string };
  /** To the owner of a project that has just been created. */
  welcome: { name: string; projectName: string; projectUrl: string };
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
  activation: ({ name, link }) => ({
    subject: 'Activate your account',
    greeting: `Hello ${inline(name)},`,
    paragraphs: ['an account was registered with this e-mail address. Activate it to sign in.'],
    action: { label: 'Activate the account', url: link },
    footer:
      'The link works once, and for a limited time. If you did not register, ignore this e-mail: ' +
      'nothing happens without the link.',
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
