import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** To a project's owner and administrators: the server disabled a webhook endpoint. */
export const WEBHOOK_DISABLED_MAIL = defineTemplate(
  'webhook-disabled',
  ({
    name,
    projectName,
    endpointName,
    endpointId,
    reason,
    docsUrl,
  }: {
    name: string;
    projectName: string;
    endpointName: string;
    endpointId: string;
    reason: 'gone' | 'failing';
    docsUrl: string;
  }) => ({
    subject: `Webhook endpoint disabled in ${inline(projectName)}: ${inline(endpointName)}`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `In the project ${inline(projectName)}, the webhook endpoint ${inline(endpointName)} (${endpointId}) has been ` +
        (reason === 'gone'
          ? 'disabled, because it answered 410 Gone.'
          : 'disabled, because no delivery to it has succeeded for five days.'),
      'Nothing is sent to it any more. Once it works again, enable it and recover what it has missed.',
    ],
    action: { label: 'Open the API documentation', url: docsUrl },
    footer: 'You get this e-mail because you own or administer the project.',
  }),
);
