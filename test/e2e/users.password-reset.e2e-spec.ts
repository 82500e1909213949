import { randomBytes } from 'node:crypto';
import { UserTokenEntity } from '../../src/modules/users/user-token.entity.js';
import { codeOf, eventOf, eventsOf, sameAnswer } from '../support/answers.js';
import { readMails, tokenIn, waitForMail } from '../support/mail.js';
import { admin, expectStatus, PASSWORD, type Person, signIn, signUp, write } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

const NEW_PASSWORD = 'a-password-not-forgotten';

let server: TestServer;
let root: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});

afterAll(() => server?.stop());

const request = (email: string) => server.api.post('/v1/password-resets', { email });
const confirm = (token: string, new_password = NEW_PASSWORD) =>
  server.api.post('/v1/password-resets/confirm', { token, new_password });
const attempt = (email: string, password: string) => server.api.post('/v1/sessions', { email, password });
const tokenFor = async (email: string) =>
  tokenIn(await waitForMail(server, email, 'password-reset'), 'password-reset');
const mailsTo = async (email: string, subject: string) =>
  (await readMails(server.dataDir)).filter(
    mail => mail.to?.some(to => to.address === email) && mail.subject === subject,
  );

async function forget(person: Person): Promise<string> {
  expectStatus(202, await request(person.user.email));
  return tokenFor(person.user.email);
}

describe('asking for a link', () => {
  it('mails one, and says so in the event log without it', async () => {
    const ada = await signUp(server);
    const answer = expectStatus(202, await request(ada.user.email.toUpperCase()));
    expect(answer.body).toEqual({ accepted: true });
    const token = await tokenFor(ada.user.email);
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({
      type: 'user.password_reset_requested',
      outcome: 'success',
      actor: { type: 'anonymous' },
      subject_user_id: ada.user.id,
    });
    expect(JSON.stringify(event)).not.toContain(token);
    expectStatus(200, await server.api.get('/v1/me', { auth: ada.auth }));
  });

  it('answers the same for an address without an account, and mails nothing', async () => {
    const answer = expectStatus(202, await request('nobody@people.example'));
    expect(answer.body).toEqual({ accepted: true });
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      outcome: 'failed',
      target: { id: 'unknown', name: 'nobody@people.example' },
      subject_user_id: null,
    });
    // Whoever asks later gets a mail; by then one to nobody would have been there.
    await forget(await signUp(server));
    expect(await mailsTo('nobody@people.example', 'Set a new password')).toEqual([]);
  });

  it.each(['suspend', 'delete'])('mails nothing after %s', async action => {
    const ada = await signUp(server);
    const path = `/v1/users/${ada.user.id}/${action}`;
    expectStatus(200, await server.api.post(path, { confirm: true }, { auth: root.auth }));
    expectStatus(202, await request(ada.user.email));
    await forget(await signUp(server));
    expect(await mailsTo(ada.user.email, 'Set a new password')).toEqual([]);
  });

  it('has no further effect after five times within an hour', async () => {
    const ada = await signUp(server);
    const answers = [];
    for (let time = 0; time < 7; time++) answers.push(expectStatus(202, await request(ada.user.email)));
    const events = await Promise.all(answers.map(answer => eventsOf(server, root.auth, answer)));
    expect(events.map(left => left.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
    const links = () => mailsTo(ada.user.email, 'Set a new password');
    await waitFor('five mails', async () => (await links()).length >= 5);
    await forget(await signUp(server));
    expect(await links()).toHaveLength(5);
  });

  it.each([{}, { email: 'no address' }, { email: 'ada@example.com', extra: 1 }])('refuses %j', async body => {
    expect(codeOf(await server.api.post('/v1/password-resets', body))).toEqual([400, 'validation_failed']);
  });
});

describe('asking for a link before the account was ever activated', () => {
  const register = async () => {
    const email = `${randomBytes(5).toString('hex')}@people.example`;
    const registration = { email, password: PASSWORD, first_name: 'Nina', name: 'New' };
    const { id } = expectStatus(201, await server.api.post('/v1/users', registration)).body;
    return { id, email, token: tokenIn(await waitForMail(server, email, 'activate'), 'activate') };
  };
  const activate = (token: string) => server.api.post('/v1/users/activate', { token, password: PASSWORD });
  const activationTokens = async (email: string) =>
    (await mailsTo(email, 'Activate your account')).map(mail => tokenIn(mail, 'activate'));
  const tokensOnce = (email: string, mails: number) =>
    waitFor(`${mails} mails`, async () => {
      const tokens = await activationTokens(email);
      return tokens.length >= mails && tokens;
    });

  it('mails a new activation link, and the former one ends', async () => {
    const nina = await register();
    const answer = expectStatus(202, await request(nina.email));
    expect(answer.body).toEqual({ accepted: true });
    const renewed = (await tokensOnce(nina.email, 2)).find(token => token !== nina.token)!;
    expect(codeOf(await activate(nina.token))).toEqual([400, 'invalid_token']);
    expect(codeOf(await attempt(nina.email, PASSWORD))).toEqual([403, 'account_not_activated']);
    expectStatus(200, await activate(renewed));
    expect(codeOf(await activate(renewed))).toEqual([400, 'invalid_token']);
    expectStatus(201, await attempt(nina.email, PASSWORD));
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({ type: 'user.password_reset_requested', subject_user_id: nina.id });
    expect(JSON.stringify(event)).not.toContain(renewed);
  });

  it('does so when the former one has expired', async () => {
    const nina = await register();
    await write(server, manager =>
      manager.update(UserTokenEntity, { user_id: nina.id }, { expires_at: new Date(Date.now() - 1) }),
    );
    expect(codeOf(await activate(nina.token))).toEqual([400, 'invalid_token']);
    expectStatus(202, await request(nina.email));
    const renewed = (await tokensOnce(nina.email, 2)).find(token => token !== nina.token)!;
    expectStatus(200, await activate(renewed));
  });

  it('answers as it does for anybody else', async () => {
    const answers = [
      await request((await register()).email),
      await request((await signUp(server)).user.email),
      await request('nobody-at-all@people.example'),
    ];
    const [first, ...others] = answers.map(sameAnswer);
    expect(first).toMatchObject({ status: 202 });
    for (const other of others) expect(other).toEqual(first);
  });

  it('leaves one link, however many ask at the same time, and five at most', async () => {
    const nina = await register();
    await Promise.all(Array.from({ length: 7 }, async () => expectStatus(202, await request(nina.email))));
    const tokens = await tokensOnce(nina.email, 6);
    await forget(await signUp(server));
    expect(await activationTokens(nina.email)).toHaveLength(6);
    const answers = [];
    for (const token of tokens) answers.push(await activate(token));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
  });

  it('is not what an admin does who resets the password: that mails the reset link alone', async () => {
    const nina = await register();
    const path = `/v1/users/${nina.id}/reset-password`;
    expectStatus(200, await server.api.post(path, { confirm: true }, { auth: root.auth }));
    const mail = await waitForMail(server, nina.email, 'password-reset');
    expect(mail.subject).toBe('Set a new password');
    expect(mail.text).not.toContain('/activate#token=');
    expectStatus(200, await confirm(tokenIn(mail, 'password-reset')));
    expectStatus(201, await attempt(nina.email, NEW_PASSWORD));
  });
});

describe('setting a new password with the token', () => {
  it('ends all sessions and the old password, tells the owner, and works once', async () => {
    const ada = await signUp(server);
    const other = await signIn(server, ada.user.email, PASSWORD);
    const token = await forget(ada);
    const answer = expectStatus(200, await confirm(token));
    expect(answer.body).toEqual({ changed: true });
    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({
      type: 'user.password_changed',
      actor: { type: 'user', id: ada.user.id },
      effects: [{ type: 'session.ended', target: { name: '2 sessions' } }],
    });
    expect(JSON.stringify(event)).not.toContain(NEW_PASSWORD);
    for (const { auth } of [ada, other]) {
      expect(codeOf(await server.api.get('/v1/me', { auth }))).toEqual([401, 'invalid_session']);
    }
    expect(codeOf(await attempt(ada.user.email, PASSWORD))).toEqual([401, 'invalid_credentials']);
    expectStatus(201, await attempt(ada.user.email, NEW_PASSWORD));
    const notice = await waitForMail(server, ada.user.email, null, /password was changed/);
    expect(notice.text).toContain('reset your password immediately');
    expect(codeOf(await confirm(token, 'yet-another-password'))).toEqual([400, 'invalid_token']);
  });

  it('happens once, however many try at the same time', async () => {
    const token = await forget(await signUp(server));
    const answers = await Promise.all([1, 2, 3, 4].map(time => confirm(token, `${NEW_PASSWORD}-${time}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  });

  it('ends every other link of the account', async () => {
    const ada = await signUp(server);
    const first = await forget(ada);
    expectStatus(202, await request(ada.user.email));
    const second = await waitFor('another link', async () => {
      const token = await tokenFor(ada.user.email);
      return token !== first && token;
    });
    expectStatus(200, await confirm(second));
    expect(codeOf(await confirm(first))).toEqual([400, 'invalid_token']);
  });

  it('leaves the token good when the password is not', async () => {
    const token = await forget(await signUp(server));
    for (const password of ['short', 'passwordpassword', 'x'.repeat(129)]) {
      const { body } = expectStatus(400, await confirm(token, password));
      expect(body.error).toMatchObject({ code: 'validation_failed', param: 'new_password' });
    }
    expectStatus(200, await confirm(token));
  });

  it('activates an account that was not: the token proves the address', async () => {
    const email = 'never-activated@people.example';
    const registration = { email, password: PASSWORD, first_name: 'Nina', name: 'New' };
    expectStatus(201, await server.api.post('/v1/users', registration));
    const activation = tokenIn(await waitForMail(server, email, 'activate'), 'activate');
    expectStatus(202, await request(email));
    expectStatus(200, await confirm(await tokenFor(email)));
    expectStatus(201, await attempt(email, NEW_PASSWORD));
    expect(
      codeOf(await server.api.post('/v1/users/activate', { token: activation, password: PASSWORD })),
    ).toEqual([400, 'invalid_token']);
  });

  it('is refused once the token has expired, or the account is suspended', async () => {
    const ada = await signUp(server);
    const token = await forget(ada);
    const path = `/v1/users/${ada.user.id}`;
    expectStatus(200, await server.api.post(`${path}/suspend`, { confirm: true }, { auth: root.auth }));
    expect(codeOf(await confirm(token))).toEqual([400, 'invalid_token']);
    expectStatus(200, await server.api.post(`${path}/activate`, { confirm: true }, { auth: root.auth }));
    await write(server, manager =>
      manager.update(
        UserTokenEntity,
        { user_id: ada.user.id, purpose: 'password_reset' },
        { expires_at: new Date(Date.now() - 1) },
      ),
    );
    expect(codeOf(await confirm(token))).toEqual([400, 'invalid_token']);
    expect(codeOf(await confirm('no-such-token'))).toEqual([400, 'invalid_token']);
  });
});

describe('a reset by a platform admin', () => {
  it('ends the password and the sessions, and mails the same link', async () => {
    const ada = await signUp(server);
    const path = `/v1/users/${ada.user.id}/reset-password`;
    const answer = expectStatus(200, await server.api.post(path, { confirm: true }, { auth: root.auth }));
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'user.password_reset_requested',
      actor: { id: root.user.id },
      subject_user_id: ada.user.id,
      effects: [{ type: 'session.ended' }],
    });
    expect(codeOf(await server.api.get('/v1/me', { auth: ada.auth }))).toEqual([401, 'invalid_session']);
    expect(codeOf(await attempt(ada.user.email, PASSWORD))).toEqual([401, 'invalid_credentials']);
    expectStatus(200, await confirm(await tokenFor(ada.user.email)));
    expectStatus(201, await attempt(ada.user.email, NEW_PASSWORD));
  });
});

describe('the page behind the link', () => {
  const post = (fields: Record<string, string>) =>
    server.api.post('/password-reset', new URLSearchParams(fields).toString(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });

  it('loads nothing from elsewhere, and opening it consumes nothing', async () => {
    const token = await forget(await signUp(server));
    for (let time = 0; time < 2; time++) {
      const page = expectStatus(200, await server.api.get('/password-reset'));
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
      expect(page.body).toContain('type="password"');
      expect(page.body).not.toContain(token);
    }
    expectStatus(200, await confirm(token));
  });

  it('sets the password, and says so', async () => {
    const ada = await signUp(server);
    const page = expectStatus(200, await post({ token: await forget(ada), new_password: NEW_PASSWORD }));
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.body).toContain('Your password is set');
    expectStatus(201, await attempt(ada.user.email, NEW_PASSWORD));
  });

  it('shows the form again, token and all, when the password will not do', async () => {
    const token = await forget(await signUp(server));
    const page = expectStatus(400, await post({ token, new_password: 'short' }));
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.body).toContain('<p role="alert">Choose a password of 12 to 128 characters.</p>');
    expect(page.body).toContain(`name="token" value="${token}"`);
    expectStatus(200, await post({ token, new_password: NEW_PASSWORD }));
  });

  it('says what is wrong with a link that is used up, and escapes what it shows', async () => {
    const page = expectStatus(400, await post({ token: 'used', new_password: NEW_PASSWORD }));
    expect(page.body).toContain('The link is unknown, already used or expired.');
    const token = '"><script>alert(1)</script>';
    expect((await post({ token, new_password: 'short' })).body).not.toContain('<script>alert');
  });
});
