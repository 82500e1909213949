import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To a project's owner and administrators: a metric has crossed its threshold. */
export const ALERT_MAIL = defineTemplate(
  'alert',
  ({
    name,
    projectName,
    condition,
    window,
    measured,
    url,
  }: {
    name: string;
    projectName: string;
    condition: string;
    window: string;
    measured: string;
    url: string;
  }) => ({
    subject: `Alert: ${condition} in ${inline(projectName)}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `in the project ${inline(projectName)}, ${condition} holds over the last ${window}: the value is ${measured}.`,
      'You will hear of it again only after it has recovered and crossed the threshold anew.',
    ],
    action: { label: 'Look at the usage', url },
    footer: 'You get this e-mail because you own or administer the project.',
  }),
);
