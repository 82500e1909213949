import type { Browser } from 'playwright-core';
import { linkIn, openPage, startBrowser } from '../support/browser.js';
import { waitForMail } from '../support/mail.js';
import { createProject, expectStatus, PASSWORD, type Person, signIn, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let browser: Browser;
let owner: Person;
let project: { id: string };
beforeAll(async () => {
  server = await startServer();
  browser = await startBrowser();
  owner = await signUp(server);
  project = await createProject(server, owner.auth, { name: 'Tides' });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function invite(email: string): Promise<string> {
  const path = `/v1/projects/${project.id}/invitations`;
  const body = { email, first_name: 'Grace' };
  expectStatus(201, await server.api.post(path, body, { auth: owner.auth }));
  return linkIn(server, await waitForMail(server, email, 'invitation'), 'invitation');
}

const statusOf = async (email: string) => {
  const query = { q: email };
  const answer = await server.api.get(`/v1/projects/${project.id}/members`, { auth: owner.auth, query });
  return answer.body.items[0]?.status;
};

it('a new person accepts, says name and password, and is a member', async () => {
  const email = 'grace@navy.example';
  const { page, complaints, requested } = await openPage(browser, await invite(email));
  expect(page.url()).toBe(`${server.url}/invitation`);
  expect(requested.every(url => !url.includes('token'))).toBe(true);
  expect(await statusOf(email)).toBe('invited');

  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('heading', { name: 'Create your account' }).waitFor();
  expect(await page.getByLabel('First name').inputValue()).toBe('Grace');
  await page.getByLabel('Name', { exact: true }).fill('Hopper');
  // Long enough for the browser, but one that everybody knows.
  await page.getByLabel('Password').fill('password1234');
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Hopper');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create the account' }).click();
  await page.getByRole('heading', { name: 'You have joined' }).waitFor();
  expect(await page.textContent('main')).toContain('the project Tides');
  expect(complaints.filter(text => !text.includes('status of 400'))).toEqual([]);
  expect(await statusOf(email)).toBe('active');
  expect((await signIn(server, email, PASSWORD)).user).toMatchObject({ first_name: 'Grace', name: 'Hopper' });
});

it('somebody with an account accepts with one click', async () => {
  const person = await signUp(server);
  const { page, complaints } = await openPage(browser, await invite(person.user.email));
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByRole('heading', { name: 'You have joined' }).waitFor();
  expect(complaints).toEqual([]);
  expect(await statusOf(person.user.email)).toBe('active');
});

it('anybody declines with one click, and the link is used up', async () => {
  const email = 'declines@navy.example';
  const link = await invite(email);
  const { page, complaints } = await openPage(browser, link);
  await page.getByRole('button', { name: 'Decline' }).click();
  await page.getByRole('heading', { name: 'You have declined' }).waitFor();
  expect(complaints).toEqual([]);
  expect(await statusOf(email)).toBeUndefined();
  const second = await openPage(browser, link);
  await second.page.getByRole('button', { name: 'Accept' }).click();
  await second.page.getByRole('heading', { name: 'That did not work' }).waitFor();
});
