import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

/** A key that expires soon, as the mail names it. */
export interface ExpiringKey {
  readonly name: string;
  readonly preview: string;
  readonly projectName: string;
  readonly expiresAt: Date;
}

/** More would be no mail to read. */
const MOST_NAMED = 50;

/** To whoever made keys or administers their projects: these expire soon, and what to do about it. */
export const KEY_EXPIRY_MAIL = defineTemplate(
  'key_expiry',
  ({ name, keys, url }: { name: string; keys: readonly ExpiringKey[]; url: string }) => ({
    subject:
      keys.length === 1
        ? `The API key ${inline(keys[0]!.name)} expires soon`
        : `${keys.length} API keys expire soon`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      'These API keys expire soon, and will be refused from then on:',
      ...keys.slice(0, MOST_NAMED).map(describe),
      ...(keys.length > MOST_NAMED
        ? [`and ${keys.length - MOST_NAMED} more, which the lists of your projects show.`]
        : []),
      'Give whoever uses them new keys in time, or move their expiry.',
    ],
    action: { label: 'Open the API documentation', url },
    footer: 'You get this e-mail because you made the keys, or own or administer their project.',
  }),
);

function describe({ name, preview, projectName, expiresAt }: ExpiringKey): string {
  const at = expiresAt.toISOString().slice(0, 16).replace('T', ' ');
  return `${inline(name)} (${preview}) of the project ${inline(projectName)}, on ${at} UTC`;
}
