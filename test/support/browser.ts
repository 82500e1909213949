import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import type { LinkPage, Mail } from './mail.js';
import type { TestServer } from './server.js';

/** Where the browser is; Debian's package puts it here. */
const CHROMIUM = process.env.TEST_CHROMIUM || '/usr/bin/chromium';

/** Starts a real browser. @throws Error when there is none; `jest.config.mjs` leaves the lane out then */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}`);
  // Without a sandbox of its own: containers run tests as root, and the pages are ours.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** The link as it stands in the mail, at the address where this server really is. */
export function linkIn(server: TestServer, mail: Mail, to: LinkPage): string {
  const [link] = new RegExp(`http\\S+/${to}#token=\\S+`).exec(mail.text!)!;
  return link.replace(server.config.publicUrl, server.url);
}

/** A page, everything its browser complained about (scripts refused by the policy, say), and what it asked for. */
export async function openPage(browser: Browser, link: string) {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', message => complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(String(error)));
  const requested: string[] = [];
  page.on('request', request => requested.push(request.url()));
  await page.goto(link);
  return { page, complaints, requested };
}
