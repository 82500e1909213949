import { createHash } from 'node:crypto';
import { eventOf, eventsOf, sameAnswer } from '../support/answers.js';
import { readMails, tokenIn, waitForMail } from '../support/mail.js';
import { admin, expectStatus, PASSWORD, type Person, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
let root: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});
afterAll(() => server.stop());

let number = 0;
const registration = (overrides: Record<string, unknown> = {}) => ({
  email: `grace${++number}@navy.example`,
  password: PASSWORD,
  first_name: 'Grace',
  name: 'Hopper',
  ...overrides,
});
const register = (overrides?: Record<string, unknown>) =>
  server.api.post('/v1/users', registration(overrides));
const attempt = (email: string, password: string) => server.api.post('/v1/sessions', { email, password });
const errorsOf = (answer: { body: any }) => answer.body.error.details.errors as Record<string, string>[];

describe('registering', () => {
  it('makes a new account with a personal organization, and mails the link that activates it', async () => {
    const given = registration({ email: 'Grace.Hopper@Navy.example', phone: '+1 555 0100', country: 'us' });
    const answer = expectStatus(201, await server.api.post('/v1/users', given));
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^usr_[0-9a-z]{26}$/),
      email: 'grace.hopper@navy.example',
      first_name: 'Grace',
      name: 'Hopper',
      phone: '+1 555 0100',
      country: 'US',
      status: 'new',
      platform_role: 'user',
      max_projects: null,
      password_change_required: false,
      totp_enabled: false,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    const mail = await waitForMail(server, 'grace.hopper@navy.example', 'activate');
    expect(mail.text).toContain(`${server.config.publicUrl}/activate#token=${tokenIn(mail, 'activate')}`);

    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({
      type: 'user.created',
      outcome: 'success',
      category: 'user',
      actor: { type: 'anonymous', id: null },
      subject_user_id: answer.body.id,
      target: { type: 'user', id: answer.body.id, name: 'grace.hopper@navy.example' },
      effects: [{ type: 'organization.created' }],
      ip: '127.0.0.1',
    });
    expect(JSON.stringify(event)).not.toContain(PASSWORD);
  });

  it.each([
    ['a password of 11 characters', { password: 'elevenchars' }, 'password'],
    ['a password of 129 characters', { password: 'x'.repeat(129) }, 'password'],
    ['a common password', { password: 'Password1234' }, 'password'],
    [
      'the address for a password',
      { email: 'grace@navy.example', password: 'Grace@navy.example' },
      'password',
    ],
    ['the name for a password', { name: 'Brewster Hopper', password: 'brewster  hopper' }, 'password'],
    ['an address without a host', { email: 'grace@' }, 'email'],
    ['an address that is too long', { email: `${'x'.repeat(250)}@navy.example` }, 'email'],
    ['a name of white space', { name: ' \t\n' }, 'name'],
    ['a first name that is too long', { first_name: 'x'.repeat(101) }, 'first_name'],
    ['a number for a name', { name: 7 }, 'name'],
    ['a country there is not', { country: 'XX' }, 'country'],
    ['a field there is not', { platform_role: 'admin' }, 'platform_role'],
    ['a status of its own', { status: 'activated' }, 'status'],
  ])('refuses %s', async (_, overrides, param) => {
    const answer = expectStatus(400, await register(overrides));
    expect(answer.body.error).toMatchObject({ code: 'validation_failed', type: 'bad_request', param });
    expect(errorsOf(answer)).toEqual([{ param, message: expect.any(String), fix: expect.any(String) }]);
    expect(await eventsOf(server, root.auth, answer)).toEqual([]);
  });

  it('counts the characters of a password, not its bytes, and takes 12 as well as 128', async () => {
    expectStatus(400, await register({ password: '🦊'.repeat(11) }));
    expectStatus(201, await register({ password: '🦊'.repeat(12) }));
    const person = await signUp(server, { password: '🦊é'.repeat(64) });
    expectStatus(401, await attempt(person.user.email, '🦊é'.repeat(63)));
  });

  it('names every mistake at once', async () => {
    const answer = expectStatus(
      400,
      await server.api.post('/v1/users', { email: 'x', name: 1, extra: true }),
    );
    expect(errorsOf(answer).map(error => error.param)).toEqual([
      'email',
      'first_name',
      'name',
      'extra',
      'password',
    ]);
  });

  it.each([
    ['a __proto__ key', '{"__proto__":{"platform_role":"admin"}}', 'forbidden_key'],
    ['a nested constructor key', '{"name":{"constructor":1}}', 'forbidden_key'],
    ['what is no JSON', '{"email":', 'invalid_json'],
    ['something after the JSON', '{} {}', 'invalid_json'],
    ['an empty body', '', 'validation_failed'],
    ['a list', '[]', 'validation_failed'],
    ['null', 'null', 'validation_failed'],
  ])('refuses %s', async (_, body, code) => {
    const answer = await server.api.post('/v1/users', body, {
      headers: { 'content-type': 'application/json' },
    });
    expect({ status: answer.status, code: answer.body.error.code }).toEqual({ status: 400, code });
  });

  it('answers for an address that is taken as for any other, and mails its owner', async () => {
    const ada = await signUp(server);
    const body = { phone: '+44 1', country: 'gb', first_name: 'Mallory', name: 'Stranger' };
    const free = expectStatus(201, await register(body));
    const taken = expectStatus(201, await register({ ...body, email: ` ${ada.user.email.toUpperCase()} ` }));
    expect(Object.entries(taken.body).map(typeOfEntry)).toEqual(Object.entries(free.body).map(typeOfEntry));
    expect(taken.body).toEqual({
      ...free.body,
      id: expect.stringMatching(/^usr_[0-9a-z]{26}$/),
      email: ada.user.email,
      created_at: expect.any(String),
    });
    expect([...taken.headers.keys()]).toEqual([...free.headers.keys()]);
    expect(taken.body.id).not.toBe(ada.user.id);

    const mail = await waitForMail(server, ada.user.email, null, /already have an account/);
    expect(mail.text).not.toContain('Mallory');
    expect(await eventOf(server, root.auth, taken)).toMatchObject({
      type: 'user.registration_repeated',
      outcome: 'failed',
      actor: { type: 'anonymous', id: null },
      subject_user_id: ada.user.id,
      changes: {},
    });
    expectStatus(404, await server.api.get(`/v1/users/${taken.body.id}`, root));
    expectStatus(201, await attempt(ada.user.email, PASSWORD));

    // A signed-in stranger finds neither the one nor the other among their own events.
    const mallory = await signUp(server);
    for (const email of [ada.user.email, registration().email])
      expectStatus(201, await server.api.post('/v1/users', registration({ email }), mallory));
    const own = expectStatus(200, await server.api.get('/v1/me/events', mallory)).body.items;
    expect(own.map((event: { type: string }) => event.type).sort()).toEqual([
      'user.activated',
      'user.created',
      'user.signed_in',
    ]);
    const byAdmin = await server.api.post('/v1/users', registration({ email: ada.user.email }), root);
    expect(expectStatus(409, byAdmin).body.error).toMatchObject({ code: 'email_taken', param: 'email' });
  });

  it('registers once when tried many times at once, and leaves every mailed link good', async () => {
    const twice = registration();
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.api.post('/v1/users', twice)));
    expect(answers.map(answer => answer.status)).toEqual(Array(5).fill(201));
    const listed = await server.api.get('/v1/users', { ...root, query: { q: twice.email } });
    expect(listed.body.items).toHaveLength(1);
    const mails = await waitFor('a mail for each', async () => {
      const all = await readMails(server.dataDir);
      const own = all.filter(mail => mail.to?.[0]?.address === twice.email);
      return own.length === 5 && own;
    });
    expect(mails.filter(mail => mail.text!.includes('/password-reset#token='))).toHaveLength(4);
    const [oldest] = mails;
    const body = { token: tokenIn(oldest!, 'activate'), password: PASSWORD };
    expectStatus(200, await server.api.post('/v1/users/activate', body));
  });
});

/** What an answer's field is, not what it holds. */
const typeOfEntry = ([name, value]: [string, unknown]) => [name, value === null ? 'null' : typeof value];

describe('activating', () => {
  const newcomer = async () => {
    const { body: user } = expectStatus(201, await register());
    return { user, token: tokenIn(await waitForMail(server, user.email, 'activate'), 'activate') };
  };

  it('happens once, with the mailed token', async () => {
    const { user, token } = await newcomer();
    const answer = expectStatus(
      200,
      await server.api.post('/v1/users/activate', { token, password: PASSWORD }),
    );
    expect(answer.body).toMatchObject({ id: user.id, status: 'activated' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'user.activated',
      actor: { type: 'user', id: user.id, name: 'Grace Hopper' },
      changes: { status: { before: 'new', after: 'activated' } },
    });

    const again = expectStatus(
      400,
      await server.api.post('/v1/users/activate', { token, password: PASSWORD }),
    );
    expect(again.body.error).toMatchObject({ code: 'invalid_token', param: 'token' });
    const unknown = expectStatus(
      400,
      await server.api.post('/v1/users/activate', { token: 'x'.repeat(43), password: PASSWORD }),
    );
    expect(sameAnswer(again)).toEqual(sameAnswer(unknown));
  });

  it('takes the password it was registered with; a wrong one does not cost the token', async () => {
    const { user, token } = await newcomer();
    const wrong = await server.api.post('/v1/users/activate', { token, password: 'not the password' });
    expectStatus(403, wrong);
    expect(wrong.body.error).toMatchObject({
      code: 'invalid_credentials',
      type: 'permission_denied',
      param: 'password',
    });
    expect(wrong.headers.get('www-authenticate')).toBeNull();
    expectStatus(403, await attempt(user.email, PASSWORD));
    expectStatus(200, await server.api.post('/v1/users/activate', { token, password: PASSWORD }));
    expectStatus(201, await attempt(user.email, PASSWORD));
  });

  it('does not let passwords be guessed', async () => {
    const { token } = await newcomer();
    const guess = (password: string) => server.api.post('/v1/users/activate', { token, password });
    for (let time = 0; time < 10; time++) expectStatus(403, await guess(`guess number ${time}`));
    const answer = expectStatus(429, await guess(PASSWORD));
    expect(answer.body.error.code).toBe('too_many_attempts');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('happens once when tried many times at once', async () => {
    const { token } = await newcomer();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.api.post('/v1/users/activate', { token, password: PASSWORD })),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([200, ...Array<number>(7).fill(400)]);
  });

  it.each([
    [{}],
    [{ token: 'x' }],
    [{ token: '', password: 'y' }],
    [{ token: 7, password: 'y' }],
    [{ token: 'x', password: '' }],
    [{ token: 'x'.repeat(201), password: 'y' }],
    [{ token: 'x', password: 'y', user_id: 'z' }],
  ])('refuses %j', async body => {
    const answer = expectStatus(400, await server.api.post('/v1/users/activate', body));
    expect(answer.body.error.code).toBe('validation_failed');
  });

  it('must come before signing in', async () => {
    const { user, token } = await newcomer();
    const early = expectStatus(403, await attempt(user.email, PASSWORD));
    expect(early.body.error).toMatchObject({ code: 'account_not_activated', type: 'permission_denied' });
    expect(await eventOf(server, root.auth, early)).toMatchObject({
      type: 'user.sign_in_failed',
      outcome: 'failed',
      reason: 'account_not_activated',
      subject_user_id: user.id,
    });
    // Whether an account waits for its activation is told to nobody but its owner.
    expectStatus(401, await attempt(user.email, 'not the password'));
    expectStatus(200, await server.api.post('/v1/users/activate', { token, password: PASSWORD }));
    expectStatus(201, await attempt(user.email, PASSWORD));
  });
});

describe('signing in', () => {
  it('opens a session, whose token is shown this once', async () => {
    const ada = await signUp(server);
    const answer = expectStatus(
      201,
      await server.api.post(
        '/v1/sessions',
        { email: ada.user.email.toUpperCase(), password: PASSWORD },
        {
          headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0' },
        },
      ),
    );
    expect(answer.body).toEqual({
      token: expect.stringMatching(/^bws_[\w-]{43}$/),
      session: {
        id: expect.stringMatching(/^ses_/),
        expires_at: expect.any(String),
        device: 'Firefox 144 on Linux',
        location: null,
        ip: '127.0.0.1',
        created_at: expect.any(String),
        last_seen_at: expect.any(String),
        current: true,
      },
      user: expect.objectContaining({ id: ada.user.id, status: 'activated' }),
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({
      type: 'user.signed_in',
      actor: { type: 'user', id: ada.user.id },
      subject_user_id: ada.user.id,
      changes: { device: { before: null, after: 'Firefox 144 on Linux' } },
    });
    expect(JSON.stringify(event)).not.toContain(answer.body.token);
  });

  it('answers a wrong password and an unknown address alike', async () => {
    const ada = await signUp(server);
    const wrong = expectStatus(401, await attempt(ada.user.email, 'not the password'));
    const unknown = expectStatus(401, await attempt('nobody@nowhere.example', 'not the password'));
    expect(wrong.body.error).toMatchObject({
      code: 'invalid_credentials',
      type: 'auth_error',
      retryable: false,
    });
    expect(sameAnswer(wrong)).toEqual(sameAnswer(unknown));

    expect(await eventOf(server, root.auth, wrong)).toMatchObject({
      type: 'user.sign_in_failed',
      outcome: 'failed',
      actor: { type: 'anonymous' },
      subject_user_id: ada.user.id,
      target: { type: 'user', id: ada.user.id },
    });
    expect(await eventOf(server, root.auth, unknown)).toMatchObject({
      type: 'user.sign_in_failed',
      subject_user_id: null,
      target: { id: 'unknown', name: 'nobody@nowhere.example' },
    });
  });

  it.each([
    [{}],
    [{ email: 'a@b.example' }],
    [{ email: 'a@b.example', password: PASSWORD, admin: true }],
    [[]],
  ])('refuses %j', async body => {
    const answer = expectStatus(400, await server.api.post('/v1/sessions', body));
    expect(answer.body.error.code).toBe('validation_failed');
  });
});

describe('the page behind the mailed link', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const submit = (fields: Record<string, string>) =>
    server.api.post<string>('/activate', new URLSearchParams(fields).toString(), { headers: FORM });

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
    expectStatus(200, await submit({ token, password: PASSWORD }));
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
    const answer = expectStatus(200, await submit({ token, password: PASSWORD }));
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('Your account is active');
    expect(answer.body).not.toContain(token);
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'user.activated',
      target: { name: email },
    });
    expectStatus(201, await server.api.post('/v1/sessions', { email, password: PASSWORD }));

    const again = expectStatus(400, await submit({ token, password: PASSWORD }));
    expect(again.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(again.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(again.body).toContain('unknown, already used or expired');
    expect(again.body).toContain(again.headers.get('x-request-id'));
  });

  it('a wrong password shows the form again, and does not cost the link', async () => {
    const { token } = await newcomer();
    const answer = expectStatus(403, await submit({ token, password: '<b>not the password</b>' }));
    expect(answer.body).toContain('not the password the account was registered with');
    expect(answer.body).toContain(`name="token" value="${token}"`);
    expect(answer.body).not.toContain('<b>');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expectStatus(200, await submit({ token, password: PASSWORD }));
  });

  it.each([
    ['no token', {}, 'The link is incomplete'],
    ['an empty token', { token: '' }, 'The link is incomplete'],
    [
      'markup for a token',
      { token: '<img src=x onerror=alert(1)>', password: 'x' },
      'unknown, already used or expired',
    ],
    [
      'markup for a field',
      { token: 'x', password: 'x', '"><script>alert(1)</script>': 'y' },
      'A field is not a known field',
    ],
  ])('%s shows a page that says so, and nothing of what was sent', async (_, fields, text) => {
    const { headers, body } = expectStatus(400, await submit(fields));
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(body).toContain(text);
    expect(body).not.toContain('alert(1)');
    expect(body).not.toContain('<img');
  });

  it('is followed by a page that asks for a new link, and tells nobody who has an account', async () => {
    const { email } = await newcomer();
    const ask = (fields: Record<string, string>) =>
      server.api.post<string>('/new-link', new URLSearchParams(fields).toString(), { headers: FORM });
    const page = expectStatus(200, await server.api.get<string>('/new-link'));
    expect(page.body).toContain('<form method="post" action="new-link">');
    const [known, unknown] = [await ask({ email }), await ask({ email: 'nobody@nasa.example' })];
    const answers = [known, unknown].map(answer => expectStatus(200, answer).body);
    expect(answers[0]).toBe(answers[1]);
    expect(await eventOf(server, root.auth, known)).toMatchObject({
      type: 'user.password_reset_requested',
      target: { name: email },
    });
    await waitForMail(server, email, 'password-reset');
    const wrong = expectStatus(400, await ask({ email: '<b>' }));
    expect(wrong.body).toContain('not a complete e-mail address');
    expect(wrong.body).not.toContain('<b>');
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
});
