import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To somebody who is no longer a member of a project or an organization. */
export const REMOVAL_MAIL = defineTemplate(
  'removal',
  ({ name, kind, target }: { name: string; kind: 'project' | 'organization'; target: string }) => ({
    subject: `You are no longer a member of the ${kind} ${inline(target)}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `You were removed from the ${kind} ${inline(target)} and no longer have access to it.`,
      'If this is a mistake, ask one of its administrators to invite you again.',
    ],
  }),
);
