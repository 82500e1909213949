import type { Browser, Locator, Page } from 'playwright-core';
import { startBrowser } from '../support/browser.js';
import { admin, createProject } from '../support/scene.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.js';

/** Long enough for a page of this size on a busy machine; then the step that failed is named. */
const ELEMENT_MS = 20_000;
jest.setTimeout(120_000);

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

/** The Swagger page with everything unfolded, and all its browser complained about. */
async function openDocs() {
  const page = await browser.newPage();
  page.setDefaultTimeout(ELEMENT_MS);
  const complaints: string[] = [];
  page.on('console', message => {
    // Swagger UI says of itself that its links will look different one day.
    const own = message.text().startsWith('Deprecated: escaping deep link');
    if (message.type() === 'error' && !own) complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('requestfailed', request => complaints.push(`${request.url()} failed`));
  page.on('request', request => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
      complaints.push(request.url());
  });
  await page.goto(`${server.url}/docs`);
  await page.locator('.opblock-tag').first().waitFor();
  return { page, complaints };
}

/** Unfolds one operation and answers the part of the page that shows it. */
async function openOperation(page: Page, tag: string, id: string): Promise<Locator> {
  const heading = page.locator(`#operations-tag-${tag}`);
  if ((await heading.getAttribute('data-is-open')) !== 'true') await heading.click();
  const operation = page.locator(`#operations-${tag}-${id}`);
  await operation.locator('.opblock-summary-control').click();
  return operation;
}

/** Executes an operation; answers status and body. */
async function execute(operation: Locator): Promise<{ status: number; body: string }> {
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table tbody');
  await answer.waitFor();
  return {
    status: Number.parseInt(await answer.locator('.response-col_status').innerText(), 10),
    body: await answer.locator('.response-col_description').innerText(),
  };
}

it('signs in with POST /v1/sessions, and what follows is signed in by itself, after a reload too', async () => {
  const { page, complaints } = await openDocs();
  const before = await execute(await openOperation(page, 'Account', 'Me_get'));
  expect(before.status).toBe(401);

  const signIn = await openOperation(page, 'Account', 'Account_signIn');
  await signIn.locator('textarea').fill(JSON.stringify({ email: ADMIN_EMAIL, password: ADMIN_PASSWORD }));
  expect((await execute(signIn)).status).toBe(201);

  const me = page.locator('#operations-Account-Me_get');
  await me.getByRole('button', { name: 'Clear' }).click();
  const after = await execute(me);
  expect(after).toEqual({ status: 200, body: expect.stringContaining(ADMIN_EMAIL) });

  await page.reload();
  await page.locator('.opblock-tag').first().waitFor();
  const again = await execute(await openOperation(page, 'Account', 'Me_get'));
  expect(again.status).toBe(200);

  // The refusal at the beginning was meant.
  expect(complaints.filter(text => !text.includes('401'))).toEqual([]);
});

it('leaves a sign-in that was refused without a token', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.url}/docs`);
  const signIn = await openOperation(page, 'Account', 'Account_signIn');
  await signIn.locator('textarea').fill(JSON.stringify({ email: ADMIN_EMAIL, password: 'not the password' }));
  expect((await execute(signIn)).status).toBe(401);
  expect(await page.evaluate('localStorage.getItem("authorized")')).toBeNull();
  await context.close();
});

it('uploads a file with "Try it out"', async () => {
  const root = await admin(server);
  const project = await createProject(server, root.auth);
  const { page, complaints } = await openDocs();
  const signIn = await openOperation(page, 'Account', 'Account_signIn');
  await signIn.locator('textarea').fill(JSON.stringify({ email: ADMIN_EMAIL, password: ADMIN_PASSWORD }));
  expect((await execute(signIn)).status).toBe(201);
  const upload = await openOperation(page, 'Media', 'Media_upload');
  await upload.locator('tr[data-param-name="id"] input').fill(project.id);
  const bytes = Buffer.from('uploaded by hand');
  await upload
    .locator('input[type="file"]')
    .setInputFiles({ name: 'by hand.txt', mimeType: 'text/plain', buffer: bytes });
  const { status, body } = await execute(upload);
  expect([status, body]).toEqual([201, expect.stringMatching(/"name": "by hand\.txt",\s+"size": 16,/)]);
  expect(complaints).toEqual([]);
});

it('shows the headings with what they are about, and the error codes', async () => {
  const { page, complaints } = await openDocs();
  const headings = await page.locator('.opblock-tag').allInnerTexts();
  expect(headings[0]).toMatch(/^Account\s+Register, sign in/);
  await page.getByText('Error codes').click();
  await page.getByRole('cell', { name: 'invalid_api_key' }).waitFor();
  expect(complaints).toEqual([]);
});

it('finds operations by words of their paths and summaries', async () => {
  const { page, complaints } = await openDocs();
  await page.locator('.operation-filter-input').fill('api-keys regenerate');
  await page.locator('#operations-API_keys-ApiKey_regenerate').waitFor();
  expect(await page.locator('.opblock-tag').allInnerTexts()).toEqual([expect.stringMatching(/^API keys/)]);
  await page.locator('.operation-filter-input').fill('');
  await page.locator('#operations-tag-Health').waitFor();
  expect(complaints).toEqual([]);
});

it('says that a search finds nothing, and shows nothing else then', async () => {
  const { page, complaints } = await openDocs();
  const webhooks = page.locator('.webhooks');
  await webhooks.waitFor();
  await page.locator('.operation-filter-input').fill('no such thing');
  expect(await page.getByRole('status').innerText()).toBe('No operation matches “no such thing”.');
  expect(await page.locator('.opblock-tag').count()).toBe(0);
  expect(await webhooks.count()).toBe(0);
  await page.locator('.operation-filter-input').fill('');
  await webhooks.waitFor();
  expect(await page.getByRole('status').count()).toBe(0);
  expect(complaints).toEqual([]);
});

it('fits a telephone: inputs below their labels, nothing beyond the edge', async () => {
  const { page } = await openDocs();
  await page.setViewportSize({ width: 390, height: 844 });
  const placeOf = async (element: Locator) => (await element.boundingBox())!;
  const isBelow = async (input: Locator, label: Locator) =>
    (await placeOf(input)).y >= (await placeOf(label)).y + (await placeOf(label)).height;
  const search = await placeOf(page.locator('.operation-filter-input'));
  expect(search.width).toBeGreaterThan(300);
  expect(search.y).toBeGreaterThan((await placeOf(page.locator('.filter-container label'))).y + 16);
  const id = (await openOperation(page, 'API_keys', 'ApiKey_list')).locator('tr[data-param-name="id"]');
  await id.waitFor();
  expect(await isBelow(id.locator('input'), id.locator('.parameter__name'))).toBe(true);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
});

it('sends one credential where several are set: the API refuses two', async () => {
  const root = await admin(server);
  const { page, complaints } = await openDocs();
  await page.evaluate(value => {
    const scheme = { name: 'bearer', schema: { type: 'http', scheme: 'bearer' } };
    const key = {
      name: 'api_key',
      schema: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      value: 'unknown',
    };
    (globalThis as any).ui.authActions.authorize({ bearer: { ...scheme, value }, api_key: key });
  }, root.token);
  const { status, body } = await execute(await openOperation(page, 'Identity', 'Identity_whoami'));
  expect([status, body]).toEqual([200, expect.stringContaining('"type": "user"')]);
  expect(complaints).toEqual([]);
});
