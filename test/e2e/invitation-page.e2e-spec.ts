import { tokenIn, waitForMail } from '../support/mail.js';
import { createProject, expectStatus, PASSWORD, signIn, signUp, type Person } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let owner: Person;
let project: { id: string };

beforeAll(async () => {
  server = await startServer();
  owner = await signUp(server);
  project = await createProject(server, owner.auth, { name: 'Tides & <Winds>' });
});

afterAll(() => server?.stop());

async function invited(email: string, person: object = {}): Promise<string> {
  const path = `/v1/projects/${project.id}/invitations`;
  expectStatus(201, await server.api.post(path, { email, ...person }, { auth: owner.auth }));
  return tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');
}

/** What a browser does when the form is sent. */
const submit = (fields: Record<string, string>, path = '/invitation') =>
  server.api.post(path, new URLSearchParams(fields).toString(), {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

const pending = async () => {
  const path = `/v1/projects/${project.id}/invitations?status=pending`;
  return (await server.api.get(path, { auth: owner.auth })).body.total_count as number;
};

it('opens without consuming anything, and lets nothing in', async () => {
  await invited('opens@people.example');
  const before = await pending();
  const page = expectStatus(200, await server.api.get('/invitation'));
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = page.headers.get('content-security-policy')!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  expect(page.body).toContain('<button>Accept</button>');
  expect(page.body).toContain('formaction="invitation/decline"');
  expect(await pending()).toBe(before);
});

it('lets a new person say name and password, and join', async () => {
  const token = await invited('page@people.example', { first_name: 'Grace "Amazing"' });
  const first = expectStatus(200, await submit({ token }));
  expect(first.headers.get('cache-control')).toBe('no-store');
  expect(first.body).toContain('Create your account');
  expect(first.body).toContain(`name="token" value="${token}"`);
  expect(first.body).toContain('value="Grace &quot;Amazing&quot;"');
  expect(first.body).not.toContain('role="alert"');

  const fields = { token, first_name: 'Grace', name: '<b>Hopper', password: 'too short' };
  const again = await submit(fields);
  expect(again.status).toBe(400);
  expect(again.body).toContain('role="alert"');
  expect(again.body).toContain('value="&lt;b&gt;Hopper"');
  expect(again.body).not.toContain('too short');

  const done = expectStatus(200, await submit({ ...fields, password: PASSWORD }));
  expect(done.body).toContain('You have joined');
  expect(done.body).toContain('the project Tides &amp; &lt;Winds&gt;');
  const grace = await signIn(server, 'page@people.example', PASSWORD);
  expectStatus(200, await server.api.get(`/v1/projects/${project.id}/members`, { auth: grace.auth }));

  const used = await submit({ token });
  expect(used.status).toBe(400);
  expect(used.body).toContain('already used');
});

it('lets somebody with an account join with one click', async () => {
  const person = await signUp(server);
  const token = await invited(person.user.email);
  expect(expectStatus(200, await submit({ token })).body).toContain('You have joined');
  expectStatus(200, await server.api.get(`/v1/projects/${project.id}/members`, { auth: person.auth }));
});

it('lets people join an organization, too', async () => {
  const organization = expectStatus(
    201,
    await server.api.post('/v1/organizations', { name: 'Harbour' }, { auth: owner.auth }),
  ).body;
  const path = `/v1/organizations/${organization.id}`;
  const email = 'docker@people.example';
  expectStatus(201, await server.api.post(`${path}/invitations`, { email }, { auth: owner.auth }));
  const token = tokenIn(await waitForMail(server, email, 'invitation'), 'invitation');
  expect(expectStatus(200, await submit({ token })).body).toContain('Create your account');
  const fields = { token, first_name: 'Dora', name: 'Docker', password: PASSWORD };
  const done = expectStatus(200, await submit(fields));
  expect(done.body).toContain('the organization Harbour');
  const dora = await signIn(server, email, PASSWORD);
  expectStatus(200, await server.api.get(path, { auth: dora.auth }));
});

it('lets people decline', async () => {
  const token = await invited('declines@people.example');
  const before = await pending();
  expect(expectStatus(200, await submit({ token }, '/invitation/decline')).body).toContain(
    'You have declined',
  );
  expect(await pending()).toBe(before - 1);
});

it('says so when the link is not complete', async () => {
  for (const path of ['/invitation', '/invitation/decline']) {
    const answer = await submit({ token: '' }, path);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('The link is incomplete');
  }
});
