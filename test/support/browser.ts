import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Where the browser is; Debian's package puts it here. */
const CHROMIUM = process.env.TEST_CHROMIUM || '/usr/bin/chromium';

/** Starts a real browser. @throws Error when there is none; `jest.config.mjs` leaves the lane out then */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`no browser at ${CHROMIUM}`);
  // Without a sandbox of its own: containers run tests as root, and the pages are ours.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
