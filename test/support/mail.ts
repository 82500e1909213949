import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { waitFor } from './wait-for.js';

export type Mail = Email;

/** Where a mail's link leads. */
export type LinkPage = 'activate' | 'email-change' | 'invitation' | 'password-reset';

/** By file, for a mail never changes once its file is there, and tests ask for mails again and again. */
const parsed = new Map<string, Promise<Mail>>();

/** The mails a server wrote to its data folder, oldest first. */
export async function readMails(dataDir: string): Promise<Mail[]> {
  const folder = join(dataDir, 'mail');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter(name => name.endsWith('.eml')).sort();
  return Promise.all(files.map(name => parse(join(folder, name))));
}

function parse(file: string): Promise<Mail> {
  let mail = parsed.get(file);
  if (!mail) {
    mail = readFile(file).then(content => PostalMime.parse(content));
    parsed.set(file, mail);
  }
  return mail;
}

/**
 * Waits for a mail to `address`, with a link to `page` and a `subject` when given; the latest when there are
 * several.
 */
export function waitForMail(
  server: { dataDir: string },
  address: string,
  page?: LinkPage | null,
  subject = /./,
  deadlineMs?: number,
): Promise<Mail> {
  const wanted = (mail: Mail) =>
    isTo(mail, address) && subject.test(mail.subject ?? '') && (!page || findToken(mail, page));
  return waitFor(
    `a mail to ${address}${page ? ` with a link to ${page}` : ''}`,
    async () => (await readMails(server.dataDir)).findLast(wanted),
    deadlineMs,
  );
}

/**
 * The token in a mail's link.
 * @throws Error when the mail has no such link.
 */
export function tokenIn(mail: Mail, page: LinkPage): string {
  const token = findToken(mail, page);
  if (!token) throw new Error(`no link to ${page} in "${mail.subject}": ${mail.text}`);
  return token;
}

function isTo(mail: Mail, address: string): boolean {
  return (mail.to ?? []).some(to => to.address?.toLowerCase() === address.toLowerCase());
}

function findToken(mail: Mail, page: LinkPage): string | undefined {
  return new RegExp(`/${page}#token=([A-Za-z0-9_-]+)`).exec(mail.text ?? '')?.[1];
}
