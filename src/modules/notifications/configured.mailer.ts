import { join } from 'node:path';
import type { Config } from '../../kernel/config/config.js';
import { FileMailer } from './file.mailer.js';
import { SmtpMailer } from './smtp.mailer.js';

/** The mailer of the configuration: the server of `SMTP_URL`, else files in the data folder. */
export function openMailer({ smtpUrl, mailFrom, dataDir }: Config): SmtpMailer | FileMailer {
  return smtpUrl ? new SmtpMailer(smtpUrl, mailFrom) : new FileMailer(join(dataDir, 'mail'), mailFrom);
}
