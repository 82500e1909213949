import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { type Mail, Mailer } from './mailer.js';

/** The mailer of the configuration: the server of `SMTP_URL`, else files in the data folder. */
@Injectable()
export class ConfiguredMailer extends Mailer {
  private opened: Promise<Mailer> | undefined;

  constructor(private readonly config: Config) {
    super();
  }

  override async send(mail: Mail): Promise<void> {
    this.opened ??= open(this.config);
    await (await this.opened).send(mail);
  }
}

/** What writes mails is large, and loaded with the first one. */
async function open({ smtpUrl, mailFrom, dataDir }: Config): Promise<Mailer> {
  if (smtpUrl) {
    const { SmtpMailer } = await import('./smtp.mailer.js');
    return new SmtpMailer(smtpUrl, mailFrom);
  }
  const { FileMailer } = await import('./file.mailer.js');
  return new FileMailer(join(dataDir, 'mail'), mailFrom);
}
