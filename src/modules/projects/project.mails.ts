import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To the owner of a project that has just been created. */
export const WELCOME_MAIL = defineTemplate(
  'welcome',
  ({ name, projectName, projectUrl }: { name: string; projectName: string; projectUrl: string }) => ({
    subject: `Your project ${inline(projectName)} is ready`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `The project ${inline(projectName)} has been created, and you are its owner.`,
      'To begin, issue an API key and make a first call with it, or invite your team.',
    ],
    action: { label: 'Open the project', url: projectUrl },
    footer: 'You get this e-mail because you own the project.',
  }),
);

/** To the team of a project that was suspended or deleted. */
export const PROJECT_STOPPED_MAIL = defineTemplate(
  'project_stopped',
  ({
    name,
    projectName,
    what,
    reason,
  }: {
    name: string;
    projectName: string;
    what: 'suspended' | 'deleted';
    reason: string | null;
  }) => ({
    subject: `The project ${inline(projectName)} was ${what}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `The project ${inline(projectName)} was ${what}. Its API keys no longer work.`,
      ...(reason === null ? [] : [`Reason: ${inline(reason, 500)}`]),
    ],
    footer: 'You get this e-mail because you are a member of its team.',
  }),
);

/** To the new and the former owner of a project. */
export const OWNERSHIP_MAIL = defineTemplate(
  'ownership',
  ({
    name,
    projectName,
    newOwner,
    yours,
  }: {
    name: string;
    projectName: string;
    newOwner: string;
    yours: boolean;
  }) => ({
    subject: `The project ${inline(projectName)} has a new owner`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: yours
      ? [`You are now the owner of the project ${inline(projectName)} and an administrator of its team.`]
      : [
          `The project ${inline(projectName)} now belongs to ${inline(newOwner)}. You remain a member of its team.`,
          'If you did not expect this, talk to your administrators.',
        ],
  }),
);
