import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To platform admins: a sandbox wants to go to production. */
export const PROMOTION_ASKED_MAIL = defineTemplate(
  'promotion_asked',
  ({
    name,
    projectName,
    asker,
    notes,
    changes,
    url,
  }: {
    name: string;
    projectName: string;
    asker: string;
    notes: string | null;
    changes: number;
    url: string;
  }) => ({
    subject: `Please review: ${inline(projectName)} wants to go to production`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `${inline(asker)} asks to promote the project ${inline(projectName)} to production. The plan has ${changes} changes.`,
      ...(notes === null ? [] : [`Notes: ${inline(notes, 500)}`]),
      'Approve or reject it under GET /v1/promotion-requests.',
    ],
    action: { label: 'Review it', url },
    footer: 'You get this e-mail because you are a platform admin.',
  }),
);

/** To whoever asked for a promotion: a platform admin has decided. */
export const PROMOTION_DECIDED_MAIL = defineTemplate(
  'promotion_decided',
  ({
    name,
    projectName,
    decision,
    reason,
  }: {
    name: string;
    projectName: string;
    decision: 'approved' | 'rejected';
    reason: string | null;
  }) => ({
    subject: `The promotion of ${inline(projectName)} was ${decision}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `The promotion of the project ${inline(projectName)} to production was ${decision}.`,
      ...(reason === null ? [] : [`Reason: ${inline(reason, 500)}`]),
      decision === 'approved'
        ? 'It can be applied now, as long as neither configuration changes.'
        : 'You can ask again once the reason is dealt with.',
    ],
    footer: 'You get this e-mail because you asked for the promotion, or administer the project.',
  }),
);
