import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To somebody who is no member of a project or an organization any more. */
export const REMOVAL_MAIL = defineTemplate(
  'removal',
  ({ name, kind, target }: { name: string; kind: 'project' | 'organization'; target: string }) => ({
    subject: `You are no member of the ${kind} ${inline(target)} any more`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `you were removed from the ${kind} ${inline(target)}. You cannot reach it any more.`,
      'If this is a mistake, ask one of its administrators to invite you again.',
    ],
  }),
);
