import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { newId } from '../../src/kernel/database/ids.js';
import { RecurringJobs } from '../../src/kernel/jobs/recurring.js';
import { ExpiredCredentials } from '../../src/modules/users/expired-credentials.service.js';
import { SessionEntity } from '../../src/modules/users/session.entity.js';
import { UserTokenEntity } from '../../src/modules/users/user-token.entity.js';
import {
  admin,
  createProject,
  expectStatus,
  PASSWORD,
  signIn,
  signUp,
  type Person,
} from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';
import { write } from '../support/team.js';

const HOUR_MS = 60 * 60 * 1000;
const WEEK_MS = 7 * 24 * HOUR_MS;

let server: TestServer;
let root: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
});

afterAll(() => server?.stop());

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
