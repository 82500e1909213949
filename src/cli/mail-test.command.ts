import { newId } from '../kernel/database/ids.js';
import { email as emailSchema } from '../kernel/http/schemas.js';
import { ConfiguredMailer } from '../modules/notifications/configured.mailer.js';
import { commandConfig } from './application.js';
import { type Command, EXIT, UsageError } from './command.js';

const SUBJECT = 'Mail from Bailiwick works';
const TEXT = 'This mail was sent by `bailiwick mail test`. Nothing else has happened.';

export const mailTest: Command = {
  name: 'mail test',
  summary: 'Sends a mail to an address, at once, the way the server does.',
  details: 'Needs neither the server nor the database. Without SMTP_URL, the mail becomes a file.',
  options: { to: { value: 'address', what: 'Who gets it.', required: true } },
  async run({ values }) {
    const { data: to } = emailSchema.safeParse(values.to);
    if (to === undefined) throw new UsageError(`${values.to} is not an e-mail address.`, mailTest);
    const config = await commandConfig();
    await new ConfiguredMailer(config).send({
      id: newId('ntf'),
      createdAt: new Date(),
      to,
      toName: null,
      subject: SUBJECT,
      text: `${TEXT}\n`,
      html: `<p>${TEXT}</p>\n`,
    });
    const by = config.smtpUrl === null ? 'file' : 'smtp';
    const text =
      by === 'smtp'
        ? `The mail server has taken a mail to ${to}: see whether it arrives.`
        : `SMTP_URL is not set: the mail to ${to} is a file in ${config.dataDir}/mail.`;
    return { exit: EXIT.done, text, json: { to, by } };
  },
};
