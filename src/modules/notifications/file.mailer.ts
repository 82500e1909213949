import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { JobFailure } from '../../kernel/jobs/job-failure.js';
import { toMessage } from './mail-message.js';
import { type Mail, Mailer } from './mailer.js';

/**
 * Writes each mail to a file of its own instead of sending it: `<time>-<id>.eml`, readable by the
 * owner only. Names sort by time, and a mail written twice is one file.
 */
export class FileMailer extends Mailer {
  private readonly transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });

  constructor(
    private readonly folder: string,
    private readonly from: string,
  ) {
    super();
  }

  override async send(mail: Mail): Promise<void> {
    const { message } = await this.transport.sendMail(toMessage(mail, this.from));
    try {
      await this.write(fileName(mail), message as Buffer);
    } catch (error) {
      throw new JobFailure(`the mail folder: ${(error as NodeJS.ErrnoException).code}`, { cause: error });
    }
  }

  /** Under its final name the file is complete, whoever looks and whatever fails. */
  private async write(name: string, content: Buffer): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const unfinished = join(this.folder, `.${name}.part`);
    const file = await open(unfinished, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, join(this.folder, name));
  }
}

function fileName({ id, createdAt }: Mail): string {
  return `${createdAt.toISOString().replace(/[-:.]/g, '')}-${id}.eml`;
}
