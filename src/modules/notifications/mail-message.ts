import addressparser from 'nodemailer/lib/addressparser';
import type { Mail } from './mailer.js';

/**
 * The mail as nodemailer takes it. Names are given apart from addresses, and headers are encoded by
 * nodemailer, so no value can begin a header of its own.
 */
export function toMessage(mail: Mail, from: string) {
  const sender = addressparser(from, { flatten: true })[0]?.address ?? '';
  const ascii = isAscii(mail.text) && isAscii(mail.html);
  return {
    from,
    to: { name: mail.toName ?? '', address: mail.to },
    // The one recipient, whatever the headers could be made to say.
    envelope: { from: sender, to: [mail.to], use8BitMime: !ascii },
    subject: mail.subject,
    date: mail.createdAt,
    messageId: `<${mail.id}@${sender.split('@').at(-1)}>`,
    headers: {
      // RFC 3834: no out-of-office answers, please.
      'Auto-Submitted': 'auto-generated',
      // RFC 2045, 6.4: a multipart says so when one of its parts is not 7bit.
      ...(ascii ? {} : { 'Content-Transfer-Encoding': '8bit' }),
    },
    text: part('text/plain', mail.text),
    html: part('text/html', mail.html),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * A part sent as it is. Nodemailer would send lines over 76 characters quoted-printable, which tears
 * links apart for whoever reads the source: people with a `.eml` file before them, and scripts.
 */
function part(type: string, body: string): { raw: string } {
  const encoding = isAscii(body) ? '7bit' : '8bit';
  const head = `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
  return { raw: head + body.replace(/\r?\n/g, '\r\n') };
}

function isAscii(value: string): boolean {
  return !/[^\0-\x7f]/.test(value);
}
