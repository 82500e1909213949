import { createTransport, type Transporter } from 'nodemailer';
import { JobFailure } from '../../kernel/jobs/job-failure.js';
import { toMessage } from './mail-message.js';
import { type Mail, Mailer } from './mailer.js';

/** Sends mail through an SMTP server; a connection for each, as mails are few. */
export class SmtpMailer extends Mailer {
  private readonly transport: Transporter;

  constructor(
    smtpUrl: string,
    private readonly from: string,
  ) {
    super();
    // Shutdown waits 20 s for a running job.
    this.transport = createTransport({
      url: smtpUrl,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 15_000,
    });
  }

  /** Connects and signs in, as far as the server lets anybody know whether it would take a mail. @throws JobFailure */
  async verify(): Promise<void> {
    try {
      await this.transport.verify();
    } catch (error) {
      throw smtpFailure(error as SmtpError);
    }
  }

  override async send(mail: Mail): Promise<void> {
    try {
      await this.transport.sendMail(toMessage(mail, this.from));
    } catch (error) {
      throw smtpFailure(error as SmtpError);
    }
  }
}

/** What nodemailer tells of a failure. */
interface SmtpError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
}

const AUTHENTICATION_REQUIRED = 530;

/**
 * Keeps the codes (RFC 5321, RFC 3463) of a server's answer and drops its text, which may quote the
 * mail. Refusing the recipient or the mail is final; refusing us (log-in, TLS) is for the operator
 * to put right, and the mail waits for it.
 */
function smtpFailure(error: SmtpError): JobFailure {
  const { code, command, response = '', responseCode } = error;
  if (!responseCode) return new JobFailure(`SMTP: ${code ?? error.name}`, { cause: error });
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  const answer = [responseCode, enhanced].filter(Boolean).join(' ');
  return new JobFailure(`SMTP: ${answer}${command ? ` in answer to ${command}` : ''}`, {
    permanent:
      (code === 'EENVELOPE' || code === 'EMESSAGE') &&
      responseCode >= 500 &&
      responseCode !== AUTHENTICATION_REQUIRED,
    cause: error,
  });
}
