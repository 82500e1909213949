import { createHash } from 'node:crypto';
import { eventOf } from '../support/answers.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import { admin, expectStatus, PASSWORD } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const submit = (fields: Record<string, string>) =>
  server.api.post<string>('/activate', new URLSearchParams(fields).toString(), { headers: FORM });

let number = 0;
async function newcomer(): Promise<{ email: string; token: string }> {
  const email = `katherine${++number}@nasa.example`;
  const registration = { email, password: PASSWORD, first_name: 'Katherine', name: 'Johnson' };
  expectStatus(201, await server.api.post('/v1/users', registration));
  return { email, token: tokenIn(await waitForMail(server, email, 'activate'), 'activate') };
}

/** The hash a policy must name to let an inline script or style of the page run. */
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

it('opening the link shows a page and consumes nothing, however often', async () => {
  const { token } = await newcomer();
  for (let time = 0; time < 3; time++) {
    const { headers, body } = expectStatus(200, await server.api.get<string>('/activate'));
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain('<form method="post" action="activate">');
  }
  expectStatus(200, await server.api.get('/activate', { query: { token } }));
  expectStatus(200, await server.api.request('HEAD', '/activate'));
  expectStatus(200, await submit({ token }));
});

it('the page may run its own script and nothing else', async () => {
  const { headers, body } = await server.api.get<string>('/activate');
  const policy = headers.get('content-security-policy')!;
  const script = /<script>([^]*)<\/script>/.exec(body)![1]!;
  const style = /<style>([^]*)<\/style>/.exec(body)![1]!;
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    `script-src ${hashOf(script)}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]);
  expect(body).not.toMatch(/ on\w+=| src=| href=|style="/);
});

it('its form activates the account, once', async () => {
  const { email, token } = await newcomer();
  const answer = expectStatus(200, await submit({ token }));
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.body).toContain('Your account is active');
  expect(answer.body).not.toContain(token);
  const { auth } = await admin(server);
  expect(await eventOf(server, auth, answer)).toMatchObject({
    type: 'user.activated',
    target: { name: email },
  });
  expectStatus(201, await server.api.post('/v1/sessions', { email, password: PASSWORD }));

  const again = expectStatus(400, await submit({ token }));
  expect(again.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(again.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(again.body).toContain('unknown, already used or expired');
  expect(again.body).toContain(again.headers.get('x-request-id'));
});

it.each([
  ['no token', {}, 'The link is incomplete'],
  ['an empty token', { token: '' }, 'The link is incomplete'],
  ['markup for a token', { token: '<img src=x onerror=alert(1)>' }, 'unknown, already used or expired'],
  ['markup for a field', { token: 'x', '"><script>alert(1)</script>': 'y' }, 'not valid'],
])('%s shows a page that says so, and nothing of what was sent', async (_, fields, text) => {
  const { headers, body } = expectStatus(400, await submit(fields));
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(body).toContain(text);
  expect(body).not.toContain('alert(1)');
  expect(body).not.toContain('<img');
});

it('a name of markup stays text in the mail', async () => {
  const email = 'bobby@tables.example';
  const name = '<script>alert("x")</script>&\'';
  expectStatus(
    201,
    await server.api.post('/v1/users', { email, password: PASSWORD, first_name: name, name }),
  );
  const mail = await waitForMail(server, email, 'activate');
  expect(mail.text).toContain(name);
  expect(mail.html).not.toContain('<script');
  expect(mail.html).toContain('&#60;script&#62;');
});
