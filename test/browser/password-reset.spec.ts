import type { Browser } from 'playwright-core';
import { startBrowser } from '../support/browser.js';
import { waitForMail } from '../support/mail.js';
import { expectStatus, PASSWORD, signIn, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const NEW_PASSWORD = 'a-password-not-forgotten';

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  server = await startServer();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it('a person who forgot the password sets a new one by the mailed link', async () => {
  const { user } = await signUp(server);
  expectStatus(202, await server.api.post('/v1/password-resets', { email: user.email }));
  const mail = await waitForMail(server, user.email, 'password-reset');
  const [link] = /http\S+\/password-reset#token=\S+/.exec(mail.text!)!;

  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', message => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', error => complaints.push(String(error)));
  await page.goto(link.replace(server.config.publicUrl, server.url));
  expect(page.url()).toBe(`${server.url}/password-reset`);

  // A common password is long enough for the browser; the server refuses it, and the link still works.
  await page.getByLabel('New password').fill('passwordpassword');
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('Choose one that others do not use.');
  expect(complaints.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')]);

  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
  expect(complaints).toEqual([]);
  expectStatus(401, await server.api.post('/v1/sessions', { email: user.email, password: PASSWORD }));
  await signIn(server, user.email, NEW_PASSWORD);
});
