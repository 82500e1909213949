import type { Browser } from 'playwright-core';
import { linkIn, openPage, startBrowser } from '../support/browser.js';
import { readMails, waitForMail } from '../support/mail.js';
import { expectStatus, PASSWORD, signIn } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

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

it('a person activates the account by the mailed link and the password', async () => {
  const email = 'margaret@apollo.example';
  const registration = { email, password: PASSWORD, first_name: 'Margaret', name: 'Hamilton' };
  expectStatus(201, await server.api.post('/v1/users', registration));
  const link = linkIn(server, await waitForMail(server, email, 'activate'), 'activate');

  const { page, complaints, requested } = await openPage(browser, link);
  expect(await page.title()).toContain('Activate your account');
  // The token has left the address bar, and never reached the server in a URL.
  expect(page.url()).toBe(`${server.url}/activate`);
  expect(requested.every(url => !url.includes('token'))).toBe(true);
  expectStatus(403, await server.api.post('/v1/sessions', { email, password: PASSWORD }));

  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Activate' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Activate' }).click();
  await page.getByRole('heading', { name: 'Your account is active' }).waitFor();
  const onward = page.getByRole('link', { name: 'Sign in' });
  expect(await onward.getAttribute('href')).toBe('docs');
  // The browser notes the refusal of the wrong password, and misses a user name, which only the token knows.
  expect(complaints.filter(text => !text.includes('403') && !text.startsWith('[DOM]'))).toEqual([]);
  expect((await signIn(server, email, PASSWORD)).user.status).toBe('activated');

  const second = await openPage(browser, link);
  await second.page.getByLabel('Password').fill(PASSWORD);
  await second.page.getByRole('button', { name: 'Activate' }).click();
  await second.page.getByRole('heading', { name: 'That did not work' }).waitFor();
  expect(await second.page.textContent('main')).toContain('already used');
  expect(await readMails(server.dataDir)).toHaveLength(1);
});

it('a used link leads to a new one', async () => {
  const email = 'grace@navy.example';
  expectStatus(
    201,
    await server.api.post('/v1/users', { email, password: PASSWORD, first_name: 'Grace', name: 'H' }),
  );
  const link = linkIn(server, await waitForMail(server, email, 'activate'), 'activate');
  const { page, complaints } = await openPage(browser, `${link}x`);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Activate' }).click();
  await page.getByRole('link', { name: 'Ask for a new link' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send it' }).click();
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
  expect(complaints.filter(text => !text.includes('400') && !text.startsWith('[DOM]'))).toEqual([]);
  const mail = await waitForMail(server, email, 'password-reset');
  expect(mail.text).toContain('works once, for seven days');
});

it('a link that was cut short says so, and has no button', async () => {
  const { page } = await openPage(browser, `${server.url}/activate`);
  await page.getByText('The link is incomplete').waitFor();
  expect(await page.getByRole('button').count()).toBe(0);
});
