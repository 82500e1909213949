import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { newId } from '../../src/kernel/database/ids.js';
import { RecurringJobs } from '../../src/kernel/jobs/recurring.js';
import { ExpiredCredentials } from '../../src/modules/users/expired-credentials.service.js';
import { SessionEntity } from '../../src/modules/users/session.entity.js';
import { UserTokenEntity } from '../../src/modules/users/user-token.entity.js';
import { eventOf, eventsOf, sameAnswer } from '../support/answers.js';
import { bearer } from '../support/client.js';
import {
  admin,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  signIn,
  signUp,
  write,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let root: Person;
beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});
afterAll(() => server.stop());

const attempt = (email: string, password: string) => server.api.post('/v1/sessions', { email, password });

describe('your own account', () => {
  it('can be read and changed', async () => {
    const ada = await signUp(server);
    expect(expectStatus(200, await server.api.get('/v1/me', ada)).body).toEqual(ada.user);
    const changes = { first_name: 'Augusta', phone: '+44 20 7946 0000', country: 'GB' };
    const answer = expectStatus(200, await server.api.patch('/v1/me', changes, ada));
    expect(answer.body).toEqual({ ...ada.user, ...changes });
    expect(expectStatus(200, await server.api.get('/v1/me', ada)).body).toEqual(answer.body);
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'user.updated',
      actor: { id: ada.user.id },
      changes: {
        first_name: { before: 'Ada', after: 'Augusta' },
        phone: { before: null, after: '+44 20 7946 0000' },
        country: { before: null, after: 'GB' },
      },
    });
    const cleared = expectStatus(200, await server.api.patch('/v1/me', { phone: null }, ada));
    expect(cleared.body.phone).toBeNull();
  });

  let ada: Person | undefined;
  it.each([
    [{ email: 'other@people.example' }, 'email'],
    [{ status: 'deleted' }, 'status'],
    [{ platform_role: 'admin' }, 'platform_role'],
    [{ max_projects: 1000 }, 'max_projects'],
    [{ first_name: null }, 'first_name'],
    [{ name: '' }, 'name'],
    [{ password: 'another-passphrase' }, 'password'],
  ])('does not take %j', async (body, param) => {
    ada ??= await signUp(server);
    const answer = expectStatus(400, await server.api.patch('/v1/me', body, ada));
    expect(answer.body.error).toMatchObject({ code: 'validation_failed', param });
    expect(expectStatus(200, await server.api.get('/v1/me', ada)).body).toEqual(ada.user);
  });
});

describe('sessions', () => {
  it('are listed newest first, page by page, and each says whether it is the one that asks', async () => {
    const ada = await signUp(server);
    const second = await signIn(server, ada.user.email, PASSWORD);
    const third = await signIn(server, ada.user.email, PASSWORD);
    const first = expectStatus(200, await server.api.get('/v1/sessions?limit=2', second)).body;
    expect(first).toMatchObject({ total_count: 3, has_more: true, next_cursor: expect.any(String) });
    const rest = await server.api.get('/v1/sessions', {
      auth: second.auth,
      query: { cursor: first.next_cursor },
    });
    expect(rest.body).toMatchObject({ total_count: 3, has_more: false, next_cursor: null });
    const all = [...first.items, ...rest.body.items];
    expect(all.map(session => session.current)).toEqual([false, true, false]);
    expect(new Set(all.map(session => session.id)).size).toBe(3);
    expect(JSON.stringify(all)).not.toContain(third.token);
  });

  it('end on the very next request', async () => {
    const ada = await signUp(server);
    expectStatus(200, await server.api.get('/v1/me', ada));
    const answer = expectStatus(200, await server.api.delete('/v1/sessions/current', undefined, ada));
    expect(answer.body).toEqual({ id: expect.stringMatching(/^ses_/), deleted: true });
    const after = expectStatus(401, await server.api.get('/v1/me', ada));
    expect(after.body.error).toMatchObject({ code: 'invalid_session', type: 'auth_error' });
    expect(after.headers.get('www-authenticate')).toContain('Bearer');
    expect(await eventOf(server, root.auth, answer)).toMatchObject({
      type: 'session.ended',
      actor: { id: ada.user.id },
      target: { type: 'session', id: answer.body.id },
    });
  });

  it('of another device can be ended, of another person not', async () => {
    const ada = await signUp(server);
    const elsewhere = await signIn(server, ada.user.email, PASSWORD);
    const stranger = await signUp(server);
    const { items } = expectStatus(200, await server.api.get('/v1/sessions', ada)).body;
    const { id } = items.find((session: { current: boolean }) => !session.current);

    const foreign = expectStatus(404, await server.api.delete(`/v1/sessions/${id}`, undefined, stranger));
    const unknown = await server.api.delete(
      '/v1/sessions/ses_01kaj0v7w3m6tn5x9q2e8rfyzd',
      undefined,
      stranger,
    );
    expect(sameAnswer(foreign)).toEqual(sameAnswer(unknown));
    expectStatus(200, await server.api.get('/v1/me', elsewhere));

    expectStatus(200, await server.api.delete(`/v1/sessions/${id}`, undefined, ada));
    expectStatus(401, await server.api.get('/v1/me', elsewhere));
    expectStatus(200, await server.api.get('/v1/me', ada));
    expectStatus(404, await server.api.delete(`/v1/sessions/${id}`, undefined, ada));
  });

  it('ended twice at once leave one event', async () => {
    const ada = await signUp(server);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => server.api.delete('/v1/sessions/current', undefined, ada)),
    );
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1);
    const events = await Promise.all(answers.map(answer => eventsOf(server, root.auth, answer)));
    expect(events.flat()).toHaveLength(1);
  });
});

describe('changing the password', () => {
  const NEXT = 'zeppelin-ratatouille-3';
  const change = (person: Person, current_password: string, new_password: string) =>
    server.api.post('/v1/me/password', { current_password, new_password }, person);

  it('takes the current one, and ends every other session at once', async () => {
    const ada = await signUp(server);
    const elsewhere = await signIn(server, ada.user.email, PASSWORD);
    expectStatus(200, await server.api.get('/v1/me', elsewhere));

    const wrong = expectStatus(400, await change(ada, 'not the password', NEXT));
    expect(wrong.body.error).toMatchObject({ code: 'wrong_current_password', param: 'current_password' });
    expectStatus(200, await server.api.get('/v1/me', elsewhere));

    const answer = expectStatus(200, await change(ada, PASSWORD, NEXT));
    expect(answer.body).toEqual({ changed: true });
    expectStatus(401, await server.api.get('/v1/me', elsewhere));
    expectStatus(200, await server.api.get('/v1/me', ada));
    expectStatus(401, await attempt(ada.user.email, PASSWORD));
    expectStatus(201, await attempt(ada.user.email, NEXT));

    const event = await eventOf(server, root.auth, answer);
    expect(event).toMatchObject({
      type: 'user.password_changed',
      actor: { id: ada.user.id },
      target: { type: 'user', id: ada.user.id },
      effects: [{ type: 'session.ended' }],
      changes: {},
    });
    expect(JSON.stringify(event)).not.toContain(NEXT);
  });

  it('keeps to the rules for passwords', async () => {
    const ada = await signUp(server);
    for (const bad of ['elevenchars', 'x'.repeat(129), 'password1234']) {
      const answer = expectStatus(400, await change(ada, PASSWORD, bad));
      expect(answer.body.error).toMatchObject({ code: 'validation_failed', param: 'new_password' });
    }
    expectStatus(201, await attempt(ada.user.email, PASSWORD));
  });

  it('has one winner of many at once, whose password is the one that counts', async () => {
    const ada = await signUp(server);
    const wanted = Array.from({ length: 4 }, (_, index) => `${NEXT}-${index}`);
    const answers = await Promise.all(wanted.map(password => change(ada, PASSWORD, password)));
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 400, 400, 400]);
    const winner = wanted[answers.findIndex(answer => answer.status === 200)]!;
    expectStatus(201, await attempt(ada.user.email, winner));
  });

  it('leaves no session that was opened with the old password', async () => {
    const ada = await signUp(server);
    const [changed, ...opened] = await Promise.all([
      change(ada, PASSWORD, NEXT),
      ...Array.from({ length: 8 }, () => attempt(ada.user.email, PASSWORD)),
    ]);
    expectStatus(200, changed);
    for (const { status, body } of opened) {
      expect([201, 401]).toContain(status);
      if (status === 201) expectStatus(401, await server.api.get('/v1/me', { auth: bearer(body.token) }));
    }
  });

  it('is no way round the limit of failed attempts', async () => {
    const ada = await signUp(server);
    for (let failure = 0; failure < 10; failure++)
      expectStatus(400, await change(ada, 'a wrong guess', NEXT));
    const answer = expectStatus(429, await change(ada, PASSWORD, NEXT));
    expect(answer.body.error.code).toBe('too_many_attempts');
  });
});

describe('credentials of the wrong kind', () => {
  it.each([
    ['GET', '/v1/me'],
    ['PATCH', '/v1/me'],
    ['POST', '/v1/me/password'],
    ['GET', '/v1/sessions'],
    ['DELETE', '/v1/sessions/current'],
    ['GET', '/v1/events'],
  ])('%s %s takes a session', async (method, path) => {
    const none = expectStatus(401, await server.api.request(method, path, undefined));
    expect(none.body.error.code).toBe('missing_api_key');
    const unknown = await server.api.request(method, path, undefined, {
      auth: bearer(`bws_${'x'.repeat(43)}`),
    });
    expect(expectStatus(401, unknown).body.error.code).toBe('invalid_session');
  });
});

describe('expired credentials', () => {
  const HOUR_MS = 60 * 60 * 1000;
  const WEEK_MS = 7 * 24 * HOUR_MS;

  const purge = () => server.app.get(ExpiredCredentials, { strict: false }).purge(new Date());
  const ago = (ms: number) => new Date(Date.now() - ms);
  const reader = () => server.app.get(Database).read(RequestContext.reading('test'));
  const sessionsOf = async ({ user }: Person) =>
    (await reader().findBy(SessionEntity, { user_id: user.id })).map(({ id }) => id).sort();
  const tokensOf = ({ user }: Person) => reader().countBy(UserTokenEntity, { user_id: user.id });

  function session({ user }: Person, expires_at: Date): SessionEntity {
    const created_at = new Date(expires_at.getTime() - 12 * HOUR_MS);
    const id = newId('ses');
    return {
      ...{ id, user_id: user.id, token_hash: id, device: null, location: null, ip: null },
      ...{ created_at, last_seen_at: created_at, expires_at },
    };
  }

  function token({ user }: Person, purpose: UserTokenEntity['purpose'], expires_at: Date): UserTokenEntity {
    const id = newId('tok');
    return { id, user_id: user.id, purpose, token_hash: id, expires_at };
  }

  it('comes round every hour', async () => {
    const every = jest.spyOn(server.app.get(RecurringJobs), 'every').mockReturnValue();
    server.app.get(ExpiredCredentials, { strict: false }).onApplicationBootstrap();
    expect(every).toHaveBeenCalledWith('credentials.purge', HOUR_MS, expect.any(Function));
    every.mockRestore();
  });

  it('deletes sessions a week after their end', async () => {
    const ada = await signUp(server);
    const [live] = await sessionsOf(ada);
    const old = session(ada, ago(WEEK_MS + HOUR_MS));
    const recent = session(ada, ago(WEEK_MS - HOUR_MS));
    await write(server, manager => manager.insert(SessionEntity, [old, recent]));
    expectStatus(200, await server.api.get(`/v1/lookup/${old.id}`, { auth: ada.auth }));
    await purge();
    expect(await sessionsOf(ada)).toEqual([live, recent.id].sort());
    expectStatus(404, await server.api.get(`/v1/lookup/${old.id}`, { auth: ada.auth }));
    expectStatus(200, await server.api.get('/v1/me', { auth: ada.auth }));
  });

  it('leaves the last sign-in, of which no session is left', async () => {
    const ada = await signUp(server);
    const { id } = await createProject(server, ada.auth);
    const lastSignIn = async () =>
      expectStatus(200, await server.api.get(`/v1/projects/${id}/members`, { auth: root.auth })).body.items[0]
        .last_sign_in;
    const before = await lastSignIn();
    expect(before).toMatchObject({ at: expect.any(String) });
    await write(server, manager =>
      manager.update(SessionEntity, { user_id: ada.user.id }, { expires_at: ago(WEEK_MS + HOUR_MS) }),
    );
    await purge();
    expect(await sessionsOf(ada)).toEqual([]);
    expect(await lastSignIn()).toEqual(before);
  });

  it('deletes mailed tokens a week after they expired', async () => {
    const ada = await signUp(server);
    await write(server, manager =>
      manager.insert(UserTokenEntity, [
        token(ada, 'activation', ago(WEEK_MS + HOUR_MS)),
        token(ada, 'password_reset', ago(WEEK_MS + HOUR_MS)),
        token(ada, 'activation', ago(WEEK_MS - HOUR_MS)),
        token(ada, 'password_reset', ago(-HOUR_MS)),
      ]),
    );
    await purge();
    expect(await tokensOf(ada)).toBe(2);
  });

  it('goes on until all are gone, also when two instances do it at once', async () => {
    const ada = await signUp(server);
    const tokens = Array.from({ length: 1_200 }, () => token(ada, 'activation', ago(2 * WEEK_MS)));
    await write(server, async manager => {
      for (let start = 0; start < tokens.length; start += 400) {
        await manager.insert(UserTokenEntity, tokens.slice(start, start + 400));
      }
    });
    await Promise.all([purge(), purge()]);
    expect(await tokensOf(ada)).toBe(0);
    await signIn(server, ada.user.email, PASSWORD);
  });
});
