import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Mail } from './mail.js';
import { waitFor } from './wait-for.js';

/** Long enough for a mail that is sent again after a failure. */
const DEADLINE_MS = 20_000;

/** A mail as the SMTP server received it. */
export interface ReceivedMail {
  readonly recipients: string[];
  readonly source: string;
  readonly mail: Mail;
}

/** A real SMTP server that keeps what it is sent. */
export interface SmtpSink {
  readonly url: string;
  readonly received: ReceivedMail[];
  /** Refuses that many deliveries with `responseCode`, one after the other, before it takes the next. */
  refuse(times: number, responseCode: number): void;
  /** Waits for the latest mail to `address` whose subject fits. */
  waitForMail(address: string, subject: RegExp): Promise<ReceivedMail>;
  stop(): Promise<void>;
}

export async function startSmtp(): Promise<SmtpSink> {
  const received: ReceivedMail[] = [];
  const refusals: number[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const responseCode = refusals.shift();
        if (responseCode) return done(Object.assign(new Error('not now'), { responseCode }));
        const source = Buffer.concat(chunks);
        const recipients = envelope.rcptTo.map(to => to.address);
        PostalMime.parse(source).then(
          mail => {
            received.push({ recipients, source: source.toString('utf8'), mail });
            done();
          },
          error => done(error),
        );
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    received,
    refuse: (times, responseCode) => refusals.push(...new Array<number>(times).fill(responseCode)),
    waitForMail: (address, subject) =>
      waitFor(
        `a mail to ${address} about ${subject}`,
        () =>
          received.findLast(
            ({ recipients, mail }) => recipients.includes(address) && subject.test(mail.subject ?? ''),
          ),
        DEADLINE_MS,
      ),
    stop: () => new Promise(resolve => server.close(resolve)),
  };
}
