import { rm } from 'node:fs/promises';
import { TOTP } from 'otpauth';
import { Vault } from '../../src/kernel/crypto/vault.js';
import { describeOn, type FreshDatabase, freshDatabase, freshDirectory } from '../support/lane.js';
import { onDatabase } from '../support/open-database.js';
import { admin, createProject, expectStatus } from '../support/scene.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from '../support/server.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { runCli, runSource } from '../support/source-process.js';
import { pathOf, uploaded } from '../support/uploads.js';

const FORMER = 'the former secret of this installation';
const NEW = 'the new secret of this very installation';
const OTHER = 'a secret that has nothing to do with it';
/** Nobody listens there: mails wait. */
const NO_SMTP = 'smtp://127.0.0.1:1';

let database: FreshDatabase;
let environment: { DATA_DIR: string; DATABASE_URL: string; SMTP_URL: string; WEBHOOK_ALLOW_PRIVATE: string };
let server: ServerProcess | null = null;

beforeEach(async () => {
  database = await freshDatabase();
  environment = {
    DATA_DIR: await freshDirectory(),
    DATABASE_URL: database.url,
    SMTP_URL: NO_SMTP,
    WEBHOOK_ALLOW_PRIVATE: 'true',
  };
});

afterEach(async () => {
  await server?.kill();
  server = null;
  await database.drop();
  await rm(environment.DATA_DIR, { recursive: true, force: true });
});

type Secrets = Record<'APP_SECRET', string> & Partial<Record<'APP_SECRET_PREVIOUS', string>>;

const start = async (secrets: Secrets) => (server = await startServerProcess({ ...environment, ...secrets }));
const stop = async () => {
  expect((await server!.stop()).code).toBe(0);
  server = null;
};
const rotate = (secrets: Secrets) =>
  runCli(['rotate-secret', '--json'], { ...environment, ...secrets }).ended(30_000);

/** How a start ends that does not get that far. */
async function refused(secrets: Record<string, string>): Promise<string> {
  const { code, stderr } = await runSource('main', { ...environment, PORT: '0', ...secrets }).ended(30_000);
  expect(code).toBe(78);
  for (const secret of [FORMER, NEW, OTHER]) expect(stderr).not.toContain(secret);
  return stderr;
}

const ANOTHER =
  /^Configuration is not valid:\n {2}- APP_SECRET: the data in the database was written with another secret .*\n$/;

/** Everything in the database that is sealed, opened by one secret. */
const opened = (secret: string): Promise<string[]> =>
  onDatabase(database.url, async source => {
    const vault = new Vault(secret);
    const rows = [
      ...(await source.query(`SELECT 'webhook.secret' AS purpose, sealed FROM webhook_secrets`)),
      ...(await source.query(`SELECT 'totp.secret' AS purpose, sealed_secret AS sealed FROM user_totps`)),
      ...(await source.query(
        `SELECT 'notification.body' AS purpose, sealed_body AS sealed FROM notifications WHERE sealed_body IS NOT NULL`,
      )),
    ];
    return rows.map(({ purpose, sealed }: { purpose: string; sealed: string }) =>
      vault.unseal(purpose, sealed),
    );
  });

/** Signs the admin in with the second factor. */
async function signInWith(code: string): Promise<void> {
  const credentials = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
  const { ticket } = expectStatus(401, await server!.api.post('/v1/sessions', credentials)).body.error
    .details;
  expectStatus(201, await server!.api.post('/v1/sessions/totp', { ticket, code }));
}

it('changes the secret without losing anything that the former one sealed or signed', async () => {
  await start({ APP_SECRET: FORMER });
  const root = await admin(server!);
  const project = await createProject(server!, root.auth);
  const endpoint = { url: 'https://127.0.0.1:9/hook', event_types: ['project.updated'] };
  const { secret: webhookSecret } = expectStatus(
    201,
    await server!.api.post(`/v1/projects/${project.id}/webhook-endpoints`, endpoint, root),
  ).body;
  const file = await uploaded(server!.api, project.id, root, { bytes: 'kept' });
  const { url } = expectStatus(
    200,
    await server!.api.post(`/v1/projects/${project.id}/media/${file.id}/signed-url`, {}, root),
  ).body;
  const { secret: totpSecret, recovery_codes } = expectStatus(
    201,
    await server!.api.post('/v1/me/totp', undefined, root),
  ).body;
  const totp = new TOTP({ secret: totpSecret });
  const earlier = totp.generate({ timestamp: Date.now() - 30_000 });
  expectStatus(200, await server!.api.post('/v1/me/totp/confirm', { code: earlier }, root));
  await stop();
  const before = await opened(FORMER);
  expect(before).toEqual(expect.arrayContaining([webhookSecret, totpSecret]));
  expect(before.length).toBeGreaterThan(2);

  expect(await refused({ APP_SECRET: NEW })).toMatch(ANOTHER);
  expect(await refused({ APP_SECRET: NEW, APP_SECRET_PREVIOUS: OTHER })).toMatch(ANOTHER);
  expect((await rotate({ APP_SECRET: NEW })).code).toBe(78);

  await start({ APP_SECRET: NEW, APP_SECRET_PREVIOUS: FORMER });
  await signInWith(recovery_codes[0]);
  expectStatus(200, await server!.api.get(pathOf(url)));
  await stop();

  const first = await rotate({ APP_SECRET: NEW, APP_SECRET_PREVIOUS: FORMER });
  expect([first.code, first.stderr]).toEqual([0, '']);
  expect(JSON.parse(first.stdout)).toMatchObject({ resealed: before.length, unreadable: 0, complete: true });
  const again = await rotate({ APP_SECRET: NEW, APP_SECRET_PREVIOUS: FORMER });
  expect(JSON.parse(again.stdout)).toMatchObject({ resealed: 0, complete: true });
  expect(await opened(NEW)).toEqual(before);

  expect(await refused({ APP_SECRET: FORMER })).toMatch(ANOTHER);
  await start({ APP_SECRET: NEW });
  await signInWith(recovery_codes[1]);
  await signInWith(totp.generate({ timestamp: Date.now() + 30_000 }));
}, 180_000);

it('leaves the former secret in force while something is left that neither opens', async () => {
  await start({ APP_SECRET: FORMER });
  const root = await admin(server!);
  expectStatus(201, await server!.api.post('/v1/me/totp', undefined, root));
  await stop();
  await onDatabase(database.url, source =>
    source.query('UPDATE user_totps SET sealed_secret = ?', [
      new Vault(OTHER).seal('totp.secret', 'whatever'),
    ]),
  );
  const secrets = { APP_SECRET: NEW, APP_SECRET_PREVIOUS: FORMER };
  const { code, stdout } = await rotate(secrets);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    unreadable: 1,
    unreadable_examples: [`user_totps ${root.user.id}`],
    complete: false,
  });
  expect(await refused({ APP_SECRET: NEW })).toMatch(ANOTHER);
  const forced = await runCli(['rotate-secret', '--leave-unreadable'], {
    ...environment,
    ...secrets,
  }).ended();
  expect([forced.code, forced.stdout]).toEqual([0, expect.stringContaining('not needed any more')]);
  await start({ APP_SECRET: NEW });
}, 180_000);

describeOn('mariadb')('on MariaDB', () => {
  it('requires a secret that all processes share', async () => {
    expect(await refused({ APP_SECRET: '' })).toMatch(
      /^Configuration is not valid:\n {2}- APP_SECRET: is required with MySQL or MariaDB/,
    );
  });
});
