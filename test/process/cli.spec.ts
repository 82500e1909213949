import { rm } from 'node:fs/promises';
import { TOTP } from 'otpauth';
import { codeOf } from '../support/answers.js';
import { type FreshDatabase, freshDatabase, freshDirectory, laneDatabase } from '../support/lane.js';
import { admin, expectStatus } from '../support/scene.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from '../support/server.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { runCli } from '../support/source-process.js';

let database: FreshDatabase;
let environment: { DATA_DIR: string; DATABASE_URL: string };
let server: ServerProcess | null = null;

beforeAll(async () => {
  database = await freshDatabase();
  environment = { DATA_DIR: await freshDirectory(), DATABASE_URL: database.url };
});

afterAll(async () => {
  await server?.kill();
  await database.drop();
  await rm(environment.DATA_DIR, { recursive: true, force: true });
});

const cli = (...args: string[]) => runCli(args, environment).ended(20_000);

it('gives an admin who is locked out a temporary password, and takes the second factor off', async () => {
  server = await startServerProcess(environment);
  const root = await admin(server);
  const { secret } = expectStatus(201, await server.api.post('/v1/me/totp', undefined, root)).body;
  const code = new TOTP({ secret }).generate();
  expectStatus(200, await server.api.post('/v1/me/totp/confirm', { code }, root));
  if (laneDatabase === 'sqlite') {
    const beside = await cli('reset-totp', '--email', ADMIN_EMAIL);
    expect([beside.code, beside.stderr]).toEqual([2, expect.stringContaining('stop the server first')]);
  }
  await server.stop();

  for (const [args, said] of [
    [['reset-totp'], 'Usage:'],
    [['reset-totp', '--email', 'nobody@people.example'], 'There is no account'],
  ] as const) {
    const refused = await cli(...args);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(said)]);
  }
  expect(await cli('reset-totp', '--email', ADMIN_EMAIL.toUpperCase())).toMatchObject({
    code: 0,
    stderr: '',
  });
  const made = JSON.parse(
    (await cli('admin', 'create', '--email', 'Second@Admins.example', '--json')).stdout,
  );
  const again = await cli('admin', 'create', '--email', made.email);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('address')]);
  const { code: exit, stdout } = await cli('admin', 'reset-password', '--email', ADMIN_EMAIL);
  expect(exit).toBe(0);
  const password = /shown this once: (\S+)/.exec(stdout)![1]!;

  server = await startServerProcess(environment);
  const attempt = (given: string, email = ADMIN_EMAIL) =>
    server!.api.post('/v1/sessions', { email, password: given });
  const second = expectStatus(201, await attempt(made.temporary_password, 'second@admins.example')).body;
  expect(second).toMatchObject({ password_change_required: true, user: { platform_role: 'admin' } });
  expectStatus(401, await server.api.get('/v1/me', root));
  expect(codeOf(await attempt(ADMIN_PASSWORD))).toEqual([401, 'invalid_credentials']);
  const signedIn = expectStatus(201, await attempt(password)).body;
  expect(signedIn.password_change_required).toBe(true);
  const auth = `Bearer ${signedIn.token}`;
  const change = { current_password: password, new_password: 'eleven purple walruses' };
  expectStatus(200, await server.api.post('/v1/me/password', change, { auth }));
  const { items } = expectStatus(200, await server.api.get('/v1/events', { auth })).body;
  const byCli = items.filter((event: any) => event.actor.name === 'cli').map((event: any) => event.type);
  expect(byCli).toEqual(['user.password_changed', 'user.created', 'user.totp_reset']);
}, 180_000);
