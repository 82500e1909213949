import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To somebody asked to join a project or an organization; the link is good once, for seven days. */
export const INVITATION_MAIL = defineTemplate(
  'invitation',
  ({
    inviter,
    kind,
    target,
    role,
    link,
  }: {
    inviter: string;
    kind: 'project' | 'organization';
    target: string;
    role: string;
    link: string;
  }) => ({
    subject: `Invitation to the ${kind} ${inline(target)}`,
    greeting: 'Hello,',
    paragraphs: [
      `${inline(inviter)} invites you to the ${kind} ${inline(target)}, as ${inline(role)}.`,
      'Follow the link to accept or decline. You do not need an account yet.',
    ],
    action: { label: 'Answer the invitation', url: link },
    footer:
      'The link works once, for seven days. If you do not know the sender, ignore this e-mail: nothing ' +
      'happens unless the link is used.',
  }),
);
