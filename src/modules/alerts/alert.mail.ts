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
      `In the project ${inline(projectName)}, ${condition} over the last ${window}: the value is ${measured}.`,
      'You will be alerted again only after the value has recovered and crosses the threshold once more.',
    ],
    action: { label: 'Look at the usage', url },
    footer: 'You get this e-mail because you own or administer the project.',
  }),
);
