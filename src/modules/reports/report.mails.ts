import { inline } from '../notifications/letter.js';
import { defineTemplate } from '../notifications/template.js';

interface Told {
  readonly name: string;
  readonly projectName: string;
  /** Which report: `request_logs.csv`. */
  readonly report: string;
  readonly url: string;
}

const FOOTER = 'You get this e-mail because you requested the report.';

/** To the person who requested a report: it can be downloaded. */
export const REPORT_READY_MAIL = defineTemplate(
  'report_ready',
  ({ name, projectName, report, url, rows, path }: Told & { rows: number; path: string }) => ({
    subject: `Your report ${report} of ${inline(projectName)} is ready`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `The report ${report} of the project ${inline(projectName)} is ready. It has ${rows} ${rows === 1 ? 'row' : 'rows'}.`,
      `Download it from ${path} once you are signed in.`,
    ],
    action: { label: 'Open the API documentation', url },
    footer: FOOTER,
  }),
);

/** To the person who requested a report: there will be none. */
export const REPORT_FAILED_MAIL = defineTemplate(
  'report_failed',
  ({ name, projectName, report, url, reason }: Told & { reason: string }) => ({
    subject: `Your report ${report} of ${inline(projectName)} could not be written`,
    greeting: `Hello ${inline(name)},`,
    paragraphs: [
      `The report ${report} of the project ${inline(projectName)} could not be written: ${inline(reason, 200)}`,
      'You can request it again.',
    ],
    action: { label: 'Open the API documentation', url },
    footer: FOOTER,
  }),
);
