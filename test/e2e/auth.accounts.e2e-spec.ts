import { eventOf, eventsOf, sameAnswer } from '../support/answers.js';
import { readMails, tokenIn, waitForMail } from '../support/mail.js';
import { admin, expectStatus, PASSWORD, signUp, type Person } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';

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

  it('refuses an address that is taken, however it is written, and by whichever of two at once', async () => {
    const { email } = expectStatus(201, await register()).body;
    const taken = expectStatus(409, await register({ email: ` ${email.toUpperCase()} ` }));
    expect(taken.body.error).toMatchObject({ code: 'email_taken', type: 'conflict', param: 'email' });

    const twice = registration();
    const answers = await Promise.all(Array.from({ length: 5 }, () => server.api.post('/v1/users', twice)));
    expect(answers.map(answer => answer.status).sort()).toEqual([201, 409, 409, 409, 409]);
    await waitForMail(server, twice.email);
    const mails = await readMails(server.dataDir);
    expect(mails.filter(mail => mail.to?.[0]?.address === twice.email)).toHaveLength(1);
  });
});

describe('activating', () => {
  const newcomer = async () => {
    const { body: user } = expectStatus(201, await register());
    return { user, token: tokenIn(await waitForMail(server, user.email, 'activate'), 'activate') };
  };

  it('happens once, with the mailed token', async () => {
    const { user, token } = await newcomer();
    const answer = expectStatus(200, await server.api.post('/v1/users/activate', { token }));
    expect(answer.body).toMatchObject({ id: user.id, status: 'activated' });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'user.activated',
      actor: { type: 'user', id: user.id, name: 'Grace Hopper' },
      changes: { status: { before: 'new', after: 'activated' } },
    });

    const again = expectStatus(400, await server.api.post('/v1/users/activate', { token }));
    expect(again.body.error).toMatchObject({ code: 'invalid_token', param: 'token' });
    const unknown = expectStatus(400, await server.api.post('/v1/users/activate', { token: 'x'.repeat(43) }));
    expect(sameAnswer(again)).toEqual(sameAnswer(unknown));
  });

  it('happens once when tried many times at once', async () => {
    const { token } = await newcomer();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.api.post('/v1/users/activate', { token })),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([200, ...Array<number>(7).fill(400)]);
  });

  it.each([
    [{}],
    [{ token: '' }],
    [{ token: 7 }],
    [{ token: 'x'.repeat(201) }],
    [{ token: 'x', user_id: 'y' }],
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
    expectStatus(200, await server.api.post('/v1/users/activate', { token }));
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
