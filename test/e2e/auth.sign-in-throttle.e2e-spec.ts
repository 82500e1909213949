import { AppError } from '../../src/kernel/errors/app-error.js';
import { Passwords } from '../../src/modules/users/passwords.js';
import { eventsOf } from '../support/answers.js';
import type { Answer } from '../support/client.js';
import { tokenIn, waitForMail } from '../support/mail.js';
import { admin, expectStatus, PASSWORD, type Person, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

const guess = (server: TestServer, email: string, password: string, address?: string): Promise<Answer> =>
  server.api.post(
    '/v1/sessions',
    { email, password },
    address === undefined ? {} : { headers: { 'x-forwarded-for': address } },
  );

describe('behind a trusted proxy', () => {
  let server: TestServer;
  let root: Person;
  beforeAll(async () => {
    server = await startServer({ TRUST_PROXY: '127.0.0.1, 10.0.0.0/8' });
    root = await admin(server);
  });
  afterAll(() => server.stop());

  it('counts an IPv6 /64 as one address, however it is written', async () => {
    const { email } = (await signUp(server)).user;
    for (let failure = 0; failure < 10; failure++) {
      expectStatus(401, await guess(server, email, 'a wrong guess', `2001:db8:0:1::${failure + 1}`));
    }
    expectStatus(429, await guess(server, email, PASSWORD, '2001:0DB8:0000:0001:ffff::1'));
    expectStatus(201, await guess(server, email, PASSWORD, '2001:db8:0:2::1'));
  });

  it('ten failures stop an address for one account; its owner signs in from elsewhere', async () => {
    const ada = await signUp(server);
    const { email } = ada.user;
    for (let failure = 0; failure < 10; failure++) {
      expectStatus(401, await guess(server, email, 'a wrong guess', '192.0.2.1'));
    }
    const stopped = expectStatus(429, await guess(server, email, PASSWORD, '192.0.2.1'));
    expect(stopped.body.error).toMatchObject({
      code: 'too_many_attempts',
      type: 'rate_limited',
      retryable: true,
    });
    const wait = Number(stopped.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(15 * 60);
    // However the address of the account is written.
    expectStatus(429, await guess(server, email.toUpperCase(), PASSWORD, '192.0.2.1'));

    expect(expectStatus(201, await guess(server, email, PASSWORD, '192.0.2.2')).body.session.ip).toBe(
      '192.0.2.2',
    );
    const other = await signUp(server);
    expectStatus(201, await guess(server, other.user.email, PASSWORD, '192.0.2.1'));
    // Success elsewhere does not give the stopped address new tries.
    expectStatus(429, await guess(server, email, PASSWORD, '192.0.2.1'));
  });

  it('gives many attempts at once no more tries', async () => {
    const ada = await signUp(server);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => guess(server, ada.user.email, 'a wrong guess', '192.0.2.3')),
    );
    expect(answers.filter(answer => answer.status === 401)).toHaveLength(10);
    expect(answers.filter(answer => answer.status === 429)).toHaveLength(20);
    const events = await Promise.all(answers.map(answer => eventsOf(server, root.auth, answer)));
    // The first of a minute is logged at once; the others of that minute are counted in one further entry.
    expect(events.flat().map(event => event.ip)).toEqual(['192.0.2.3']);
  });

  it('stops guesses at accounts that do not exist just the same', async () => {
    const answers = await Promise.all(
      Array.from({ length: 11 }, () => guess(server, 'nobody@nowhere.example', 'a wrong guess', '192.0.2.4')),
    );
    expect(answers.map(answer => answer.status).sort()).toEqual([...Array<number>(10).fill(401), 429]);
  });

  it('a flood that is cut neither keeps others waiting nor fills the log', async () => {
    const { email } = (await signUp(server)).user;
    const cut = new AbortController();
    const flood = Array.from({ length: 300 }, (_, n) =>
      fetch(`${server.url}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.77' },
        body: JSON.stringify({ email: `nobody${n}@nowhere.example`, password: 'a wrong guess' }),
        signal: cut.signal,
      }).then(
        answer => answer,
        () => null,
      ),
    );
    const answered = await Promise.race(flood);
    cut.abort();
    expect([401, 503]).toContain(answered!.status);
    await waitFor('a turn', async () => (await guess(server, email, PASSWORD, '192.0.2.78')).status === 201);
    await Promise.all(flood);
    const { items } = (await server.api.get('/v1/events?type=user.sign_in_failed', { auth: root.auth })).body;
    expect(items.filter((event: { ip: string }) => event.ip === '192.0.2.77')).toHaveLength(1);
  });

  it('answers 503 to those who would wait too long', async () => {
    // The unit test of the passwords says when that is; to get there takes two hundred sign-ins, on a fast machine more.
    const passwords = server.app.get(Passwords, { strict: false });
    const matches = jest.spyOn(passwords, 'matches');
    matches.mockRejectedValue(new AppError('server_busy', { retryAfter: 2 }));
    const refused = expectStatus(503, await guess(server, 'none@nowhere.example', 'a wrong guess'));
    matches.mockRestore();
    expect(refused.body.error).toMatchObject({ code: 'server_busy', retryable: true });
    expect(refused.headers.get('retry-after')).toBe('2');
    expectStatus(401, await guess(server, 'none@nowhere.example', 'a wrong guess'));
  });

  it('a reset by mail ends the lock-out, from whatever address', async () => {
    const { email } = (await signUp(server)).user;
    for (const address of ['192.0.2.90', '192.0.2.91'])
      for (let failure = 0; failure < 10; failure++) await guess(server, email, 'a wrong guess', address);
    expectStatus(429, await guess(server, email, PASSWORD, '192.0.2.90'));
    expectStatus(202, await server.api.post('/v1/password-resets', { email }));
    const token = tokenIn(await waitForMail(server, email, 'password-reset'), 'password-reset');
    const new_password = 'another-glacier-8';
    expectStatus(200, await server.api.post('/v1/password-resets/confirm', { token, new_password }));
    expectStatus(201, await guess(server, email, new_password, '192.0.2.90'));
    expectStatus(201, await guess(server, email, new_password, '192.0.2.91'));
  });

  it('forgets the failures once the right password came', async () => {
    const { email } = (await signUp(server)).user;
    for (let failure = 0; failure < 9; failure++) await guess(server, email, 'a wrong guess', '192.0.2.5');
    expectStatus(201, await guess(server, email, PASSWORD, '192.0.2.5'));
    for (let failure = 0; failure < 9; failure++) await guess(server, email, 'a wrong guess', '192.0.2.5');
    expectStatus(201, await guess(server, email, PASSWORD, '192.0.2.5'));
  });

  it.each([
    ['203.0.113.9, 10.1.2.3', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['203.0.113.9:51234', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['unknown, 203.0.113.9', '203.0.113.9'],
    ['unknown', '127.0.0.1'],
    ['x'.repeat(2_000), '127.0.0.1'],
    ["203.0.113.9' OR '1'='1", '127.0.0.1'],
    ['fe80::1%very-long-zone-identifier-that-fits-in-no-column-at-all', '127.0.0.1'],
    ['2130706433, 10.0.0.1', '10.0.0.1'],
    ['', '127.0.0.1'],
  ])('takes of X-Forwarded-For: %s the address %s', async (header, ip) => {
    const answer = expectStatus(201, await guess(server, root.user.email, root.password, header));
    expect(answer.body.session.ip).toBe(ip);
  });
});

describe('without a trusted proxy', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  it('X-Forwarded-For is ignored: a made-up address gives no further tries', async () => {
    const ada = await signUp(server);
    for (let failure = 0; failure < 10; failure++) {
      expectStatus(401, await guess(server, ada.user.email, 'a wrong guess', `192.0.2.${failure}`));
    }
    expectStatus(429, await guess(server, ada.user.email, PASSWORD, '198.51.100.7'));
  });
});
