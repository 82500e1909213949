import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { FileMailer } from './file.mailer.js';
import { asHtml, asText, type Letter } from './letter.js';
import type { Mail } from './mailer.js';
import { SmtpMailer } from './smtp.mailer.js';

const FROM = 'Bailiwick <bailiwick@example.com>';
const LINK = `https://bailiwick.example.com/activate#token=${'aB3_-'.repeat(20)}`;

function mailTo(name: string, change: Partial<Mail> = {}): Mail {
  const letter: Letter = {
    subject: 'Activate your account',
    greeting: `Hello ${name},`,
    paragraphs: ['An account was registered with this e-mail address. Activate it to sign in.'],
    action: { label: 'Activate the account', url: LINK },
  };
  return {
    id: 'ntf_01kat2hsm0fzz4w4kxm9zqh7vn',
    createdAt: new Date('2026-11-21T01:30:00.123Z'),
    to: 'ada@example.com',
    toName: name,
    subject: letter.subject,
    text: asText(letter),
    html: asHtml(letter),
    ...change,
  };
}

describe('FileMailer', () => {
  let folder: string;

  beforeEach(async () => (folder = join(await mkdtemp(join(tmpdir(), 'bailiwick-mail-')), 'mail')));
  afterEach(() => rm(join(folder, '..'), { recursive: true }));

  async function written(mail: Mail): Promise<string> {
    await new FileMailer(folder, FROM).send(mail);
    const [name, ...others] = await readdir(folder);
    expect(others).toEqual([]);
    return readFile(join(folder, name!), 'utf8');
  }

  it('writes one file, for the owner only, whose name sorts by time', async () => {
    await written(mailTo('Ada'));
    await written(mailTo('Ada'));
    const name = '20261121T013000123Z-ntf_01kat2hsm0fzz4w4kxm9zqh7vn.eml';
    await expect(readdir(folder)).resolves.toEqual([name]);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it.each(['Ada Lovelace', 'Zoë 山田'])('keeps the link whole in the source of a mail to %s', async name => {
    const source = await written(mailTo(name));
    const links = source.match(/http[^ ]*#token=[A-Za-z0-9_-]*/g);
    expect(new Set(links)).toEqual(new Set([LINK]));
    expect(source.split('\n')).toContain(LINK);
  });

  it('writes what a mail reader expects', async () => {
    const mail = mailTo('Zoë "Z", 山田');
    const read = await PostalMime.parse(await written(mail));
    expect(read.from).toEqual({ name: 'Bailiwick', address: 'bailiwick@example.com' });
    expect(read.to).toEqual([{ name: 'Zoë "Z", 山田', address: 'ada@example.com' }]);
    expect(read.subject).toBe(mail.subject);
    expect(read.messageId).toBe('<ntf_01kat2hsm0fzz4w4kxm9zqh7vn@example.com>');
    expect(new Date(read.date!)).toEqual(new Date('2026-11-21T01:30:00Z'));
    expect(read.text!.trim()).toBe(mail.text.trim());
    expect(read.html!.trim()).toBe(mail.html.trim());
  });

  it.each([
    ['a name', { toName: 'Eve\r\nBcc: all@example.com\r\n\r\nhello' }],
    ['a subject', { subject: 'Hi\r\nBcc: all@example.com\r\n\r\nhello' }],
    ['an address', { to: 'eve@example.com\r\nBcc: all@example.com' }],
    ['an address list', { to: 'eve@example.com, all@example.com' }],
    ['a quoted name', { toName: '"Eve" <all@example.com>, ' }],
  ])('lets %s begin no header and add no recipient', async (_, change) => {
    const source = await written(mailTo('Eve', change));
    const read = await PostalMime.parse(source);
    expect(read.headers.map(header => header.key)).not.toContain('bcc');
    expect(read.to!.map(({ address }) => address)).not.toContain('all@example.com');
    expect(read.to).toHaveLength(1);
    expect(read.text).toContain(LINK);
  });

  it('says what is wrong with the folder, and no more', async () => {
    const mailer = new FileMailer('/dev/null/mail', FROM);
    await expect(mailer.send(mailTo('Ada'))).rejects.toMatchObject({
      name: 'JobFailure',
      message: 'the mail folder: ENOTDIR',
      permanent: false,
    });
  });
});

describe('SmtpMailer', () => {
  const servers: SMTPServer[] = [];
  afterEach(() =>
    Promise.all(servers.splice(0).map(server => new Promise<void>(resolve => server.close(resolve)))),
  );

  async function mailerTo(options: SMTPServerOptions, credentials = ''): Promise<SmtpMailer> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      ...options,
    });
    server.on('error', () => undefined);
    servers.push(server);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as AddressInfo;
    return new SmtpMailer(`smtp://${credentials}127.0.0.1:${port}`, FROM);
  }

  const refusal = (responseCode: number, message: string) =>
    Object.assign(new Error(message), { responseCode });

  it('delivers to the one recipient', async () => {
    const received: { from: string; to: string[]; source: Buffer }[] = [];
    const mailer = await mailerTo({
      onData(stream, { envelope }, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const from = envelope.mailFrom ? envelope.mailFrom.address : '';
          received.push({ from, to: envelope.rcptTo.map(to => to.address), source: Buffer.concat(chunks) });
          done();
        });
      },
    });
    const mail = mailTo('Zoë 山田', { text: '.\n..\nHëllo\n' });
    await mailer.send(mail);
    expect(received).toMatchObject([{ from: 'bailiwick@example.com', to: ['ada@example.com'] }]);
    const read = await PostalMime.parse(received[0]!.source);
    expect(read.to).toEqual([{ name: 'Zoë 山田', address: 'ada@example.com' }]);
    expect(read.text!.trimEnd()).toBe(mail.text.trimEnd());
    expect(read.html).toContain(LINK);
  });

  it.each([
    [
      '550 to the recipient',
      'onRcptTo',
      550,
      '5.1.1 no such user <ada@example.com>',
      'SMTP: 550 5.1.1 in answer to RCPT TO',
      true,
    ],
    ['450 to the recipient', 'onRcptTo', 450, 'greylisted', 'SMTP: 450 in answer to RCPT TO', false],
    [
      '530 to the sender',
      'onMailFrom',
      530,
      '5.7.0 log in first',
      'SMTP: 530 5.7.0 in answer to MAIL FROM',
      false,
    ],
  ])('tells %s', async (_, hook, code, text, message, permanent) => {
    const mailer = await mailerTo({
      [hook]: (_address: unknown, _session: unknown, done: (error: Error) => void) =>
        done(refusal(code, text)),
    });
    await expect(mailer.send(mailTo('Ada'))).rejects.toMatchObject({
      name: 'JobFailure',
      message,
      permanent,
    });
  });

  it('gives a mail up that the server will not have, without quoting it', async () => {
    const mailer = await mailerTo({
      onData: (stream, _session, done) => {
        stream.on('end', () => done(refusal(554, `5.7.1 spam: ${LINK}`))).resume();
      },
    });
    await expect(mailer.send(mailTo('Ada'))).rejects.toMatchObject({
      message: 'SMTP: 554 5.7.1 in answer to DATA',
      permanent: true,
    });
  });

  it('keeps a mail while the log-in is refused: that is for the operator to put right', async () => {
    const mailer = await mailerTo(
      {
        onAuth: (_auth, _session, done) => done(refusal(535, '5.7.8 wrong password')),
        allowInsecureAuth: true,
      },
      'user:secret@',
    );
    const sent = mailer.send(mailTo('Ada'));
    await expect(sent).rejects.toMatchObject({ permanent: false });
    await expect(sent).rejects.toThrow(/^SMTP: 535 5\.7\.8 in answer to AUTH/);
  });

  it('keeps a mail while the server is away', async () => {
    const mailer = new SmtpMailer('smtp://127.0.0.1:1', FROM);
    await expect(mailer.send(mailTo('Ada'))).rejects.toMatchObject({
      message: 'SMTP: ESOCKET',
      permanent: false,
    });
  });
});
