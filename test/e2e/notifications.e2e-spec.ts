import { DeliverMailJob } from '../../src/modules/notifications/deliver-mail.job.js';
import { codeOf } from '../support/answers.js';
import { tokenIn } from '../support/mail.js';
import { admin, createProject, expectStatus, PASSWORD, type Person, signIn } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { type ReceivedMail, type SmtpSink, startSmtp } from '../support/smtp.js';
import { waitFor } from '../support/wait-for.js';

/** A name that would be a header, a tag and a direction of writing, if anything let it. */
const NASTY = 'Eve\r\nBcc: everybody@people.example\r\n\r\n<img src=x onerror=alert(1)>\u202e';

let smtp: SmtpSink;
let server: TestServer;
let root: Person;

beforeAll(async () => {
  smtp = await startSmtp();
  server = await startServer({ SMTP_URL: smtp.url, MAIL_FROM: 'Bailiwick <bailiwick@example.com>' });
  root = await admin(server);
});

afterAll(async () => {
  await server?.stop();
  await smtp?.stop();
});

const list = (query: Record<string, string | number> = {}, auth = root.auth) =>
  server.api.get('/v1/notifications', { auth, query });
const post = async (path: string, body: unknown, auth?: string, status = 201) =>
  expectStatus(status, await server.api.post(path, body, auth === undefined ? {} : { auth })).body;

async function register(email: string, person = {}): Promise<ReceivedMail> {
  await post('/v1/users', { email, password: PASSWORD, first_name: 'Ada', name: 'Lovelace', ...person });
  return smtp.waitForMail(email, /Activate/);
}

async function activated(email: string, person = {}): Promise<Person> {
  const { mail } = await register(email, person);
  await post('/v1/users/activate', { token: tokenIn(mail, 'activate'), password: PASSWORD }, undefined, 200);
  return signIn(server, email, PASSWORD);
}

/** What holds for every mail, whatever it says and to whom. */
function expectWellFormed({ mail, recipients, source }: ReceivedMail, address: string): void {
  expect(recipients).toEqual([address]);
  expect(mail.to).toMatchObject([{ address }]);
  expect(mail.from).toEqual({ name: 'Bailiwick', address: 'bailiwick@example.com' });
  expect([mail.cc, mail.bcc]).toEqual([undefined, undefined]);
  expect(mail.headers.filter(({ key }) => key === 'subject')).toHaveLength(1);
  expect(mail.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
  expect(mail.html).not.toMatch(/<(script|img|link|iframe)/i);
  expect(mail.text!.trim()).not.toBe('');
  // RFC 5322, 2.1.1: no line is longer than 998 octets.
  expect(source.split('\r\n').every(line => Buffer.byteLength(line) <= 998)).toBe(true);
}

describe('every template reaches its reader through a real SMTP server', () => {
  it('activation, welcome, password reset and password changed', async () => {
    const email = 'ada@people.example';
    const ada = await activated(email, { first_name: 'Ädä' });
    const activation = await smtp.waitForMail(email, /Activate your account/);
    expect(activation.mail.text).toContain('Hello Ädä,');
    expect(activation.mail.html).toContain('/activate#token=');

    await createProject(server, ada.auth, { name: 'Weather <&> "Tides"' });
    const welcome = await smtp.waitForMail(email, /is ready/);
    expect(welcome.mail.subject).toBe('Your project Weather <&> "Tides" is ready');
    expect(welcome.mail.html).toContain('Weather &#60;&#38;&#62; &#34;Tides&#34;');

    await post('/v1/password-resets', { email }, undefined, 202);
    const reset = await smtp.waitForMail(email, /Set a new password/);
    const token = tokenIn(reset.mail, 'password-reset');
    expect(reset.mail.html).toContain(`/password-reset#token=${token}`);
    await post('/v1/password-resets/confirm', { token, new_password: 'an-entirely-new-one' }, undefined, 200);
    const changed = await smtp.waitForMail(email, /Your password was changed/);
    expect(changed.mail.text).toContain('127.0.0.1');
    for (const mail of [activation, welcome, reset, changed]) expectWellFormed(mail, email);
  });

  it('temporary password, without the password', async () => {
    const email = 'temporary@people.example';
    const body = { email, first_name: 'Tess', name: 'Temp' };
    const { temporary_password } = await post('/v1/users', body, root.auth);
    const mail = await smtp.waitForMail(email, /An account was created for you/);
    expectWellFormed(mail, email);
    expect(mail.source).not.toContain(temporary_password);
    expect(mail.mail.text).toContain('choose your own when you first sign in');
  });

  it('invitation and removal', async () => {
    const owner = await activated('owner@people.example', { first_name: 'Olga', name: 'Owner' });
    const guest = await activated('guest@people.example');
    const organization = await post('/v1/organizations', { name: 'Acme' }, owner.auth);
    const path = `/v1/organizations/${organization.id}`;
    const { id } = await post(`${path}/invitations`, { email: guest.user.email }, owner.auth);
    const invitation = await smtp.waitForMail(guest.user.email, /Invitation to the organization Acme/);
    expect(invitation.mail.text).toContain('Olga Owner invites you to the organization Acme, as member.');
    expect(tokenIn(invitation.mail, 'invitation')).toHaveLength(43);

    await post(`/v1/me/invitations/${id}/accept`, undefined, guest.auth, 200);
    const { body } = await server.api.get(`${path}/members`, { auth: owner.auth });
    const member = body.items.find((item: any) => item.user_id === guest.user.id);
    const removing = `${path}/members/${member.id}`;
    expectStatus(200, await server.api.delete(removing, undefined, { auth: owner.auth }));
    const removal = await smtp.waitForMail(guest.user.email, /no longer a member of the organization Acme/);
    for (const mail of [invitation, removal]) expectWellFormed(mail, guest.user.email);
  });
});

it('lets nobody write headers, markup or recipients of their own', async () => {
  const email = 'eve@people.example';
  const eve = await activated(email, { first_name: NASTY, name: NASTY });
  await createProject(server, eve.auth, { name: NASTY });
  const organization = await post('/v1/organizations', { name: NASTY }, eve.auth);
  const path = `/v1/organizations/${organization.id}/invitations`;
  await post(path, { email: 'victim@people.example', first_name: NASTY, name: NASTY }, eve.auth);
  expectWellFormed(await smtp.waitForMail(email, /Activate/), email);
  expectWellFormed(await smtp.waitForMail(email, /is ready/), email);
  expectWellFormed(await smtp.waitForMail('victim@people.example', /Invitation/), 'victim@people.example');
  expect(smtp.received.some(({ recipients }) => recipients.includes('everybody@people.example'))).toBe(false);
});

describe('GET /v1/notifications', () => {
  it('shows the delivery of each mail, and neither body nor token', async () => {
    const email = 'listed@people.example';
    const { mail } = await register(email);
    const item = await waitFor('the delivery to be noted', async () =>
      (await list({ q: 'LISTED@people' })).body.items.find((found: any) => found.status === 'sent'),
    );
    expect(item).toEqual({
      id: expect.stringMatching(/^ntf_/),
      template: 'activation',
      subject: 'Activate your account',
      to: email,
      to_name: 'Ada Lovelace',
      user_id: expect.stringMatching(/^usr_/),
      status: 'sent',
      attempts: 1,
      last_error: null,
      created_at: expect.stringMatching(/Z$/),
      sent_at: expect.stringMatching(/Z$/),
    });
    expect(JSON.stringify((await list({ limit: 100 })).body)).not.toContain(tokenIn(mail, 'activate'));
  });

  it('shows what fails and why, until the mail server takes it', async () => {
    jest.spyOn(server.app.get(DeliverMailJob, { strict: false }), 'backoff').mockReturnValue(250);
    smtp.refuse(4, 451);
    const email = 'retried@people.example';
    await post('/v1/users', { email, password: PASSWORD, first_name: 'Re', name: 'Tried' });
    const waiting = await waitFor('a failed attempt', async () => {
      const { items } = (await list({ q: email, status: 'queued' })).body;
      return items.find((item: any) => item.attempts > 0);
    });
    expect(waiting).toMatchObject({
      attempts: expect.any(Number),
      last_error: expect.stringMatching(/^SMTP: 451/),
      sent_at: null,
    });
    await smtp.waitForMail(email, /Activate/);
    await waitFor(
      'the delivery',
      async () => (await list({ q: email, status: 'sent' })).body.total_count === 1,
    );
  });

  it('gives up what the mail server refuses for good, and counts by status', async () => {
    smtp.refuse(1, 550);
    const email = 'refused@people.example';
    await post('/v1/users', { email, password: PASSWORD, first_name: 'Re', name: 'Fused' });
    await waitFor(
      'the refusal',
      async () => (await list({ q: email, status: 'failed' })).body.total_count === 1,
    );
    const { body } = await list({ q: email });
    expect(body).toMatchObject({
      counts: { all: 1, queued: 0, sent: 0, failed: 1 },
      total_count: 1,
      items: [{ status: 'failed', attempts: 1, last_error: expect.stringMatching(/^SMTP: 550/) }],
    });
  });

  it('pages, newest first', async () => {
    for (const name of ['one', 'two', 'three']) await register(`paged-${name}@people.example`);
    const first = expectStatus(200, await list({ q: 'paged-', limit: 2 })).body;
    expect(first.items.map((item: any) => item.to)).toEqual([
      'paged-three@people.example',
      'paged-two@people.example',
    ]);
    const second = (await list({ q: 'paged-', limit: 2, cursor: first.next_cursor })).body;
    expect(second).toMatchObject({ items: [{ to: 'paged-one@people.example' }], has_more: false });
  });

  it('is for platform admins, and takes no other filters', async () => {
    const person = await activated('curious@people.example');
    expect(codeOf(await server.api.get('/v1/notifications'))).toEqual([401, 'missing_api_key']);
    expect(codeOf(await list({}, person.auth))).toEqual([403, 'permission_denied']);
    const wrong: Record<string, string | number>[] = [
      { status: 'lost' },
      { cursor: 'nonsense' },
      { limit: 0 },
      { template: 'activation' },
    ];
    for (const query of wrong) expectStatus(400, await list(query));
  });
});
