import { SYSTEM_ROLES } from '../../src/modules/roles/system-roles.js';
import {
  addMember,
  admin,
  createProject,
  expectStatus,
  PASSWORD,
  type Person,
  signUp,
} from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

const LIMIT = 3;
let server: TestServer;
let root: Person;
let projectId: string;

beforeAll(async () => {
  server = await startServer({ MAIL_LIMIT_PER_HOUR: String(LIMIT), TRUST_PROXY: '127.0.0.1' });
  root = await admin(server);
  projectId = (await createProject(server, root.auth)).id;
});
afterAll(() => server.stop());

const register = (email: string, from: string) =>
  server.api.post(
    '/v1/users',
    { email, password: PASSWORD, first_name: 'Ada', name: 'Lovelace' },
    { headers: { 'x-forwarded-for': from } },
  );
const invite = (email: string) =>
  server.api.post(
    `/v1/projects/${projectId}/invitations`,
    { email, role_id: SYSTEM_ROLES.viewer.id },
    { auth: root.auth },
  );
const resend = (id: string) =>
  server.api.post(`/v1/projects/${projectId}/invitations/${id}/resend`, undefined, { auth: root.auth });
const askForReset = (email: string, from: string) =>
  server.api.post('/v1/password-resets', { email }, { headers: { 'x-forwarded-for': from } });

it('one address, an IPv6 /64, registers so many accounts an hour', async () => {
  for (let n = 0; n < LIMIT; n++)
    expectStatus(201, await register(`person${n}@strangers.example`, `2001:db8:0:7::${n + 1}`));
  const refused = expectStatus(429, await register('one@too.many.example', '2001:db8:0:7:abcd::1'));
  expect(refused.body.error).toMatchObject({ code: 'too_many_mails', type: 'rate_limited', retryable: true });
  const wait = Number(refused.headers.get('retry-after'));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(3_600);
  // The account was not made.
  expect((await server.api.get('/v1/users?q=one@too.many', { auth: root.auth })).body.items).toEqual([]);
  expectStatus(201, await register('one@too.many.example', '192.0.2.9'));
});

it('a mailbox gets so many mails an hour, whoever causes them and whatever is added to its name', async () => {
  for (let n = 0; n < LIMIT; n++)
    expectStatus(201, await register(`target+${n}@people.example`, `192.0.2.${n + 20}`));
  expect((await register('target+x@people.example', '192.0.2.40')).body.error.code).toBe('too_many_mails');
});

it('invitations and their resends count, for the recipient and for the sender', async () => {
  const { id } = expectStatus(201, await invite('invited@people.example')).body;
  for (let n = 1; n < LIMIT; n++) expectStatus(200, await resend(id));
  const refused = expectStatus(429, await resend(id));
  expect(refused.body.error.code).toBe('too_many_mails');
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);

  const statuses: number[] = [];
  for (let n = 0; n < LIMIT * 5; n++) statuses.push((await invite(`guest${n}@people.example`)).status);
  // One invitation, three resends and these.
  expect(statuses.filter(status => status === 201)).toHaveLength(LIMIT * 5 - LIMIT - 1);
  expect(statuses.at(-1)).toBe(429);
});

it('notices of what others did stop in silence', async () => {
  const member = await signUp(server, { email: 'colleague@people.example' });
  const title = await createProject(server, root.auth);
  await addMember(server, title.id, member, 'viewer');
  const settings = `/v1/projects/${title.id}/settings`;
  for (let n = 0; n < LIMIT + 2; n++) {
    for (const action of ['suspend', 'activate'])
      expectStatus(
        200,
        await server.api.post(`${settings}/${action}`, { confirm: true }, { auth: root.auth }),
      );
  }
  const got = await server.api.get('/v1/notifications?q=colleague@people.example', { auth: root.auth });
  // The activation mail was the first.
  expect(got.body.total_count).toBe(LIMIT);
});

it('reset links stop for the asking address aloud, for the recipient in silence', async () => {
  for (let n = 0; n < LIMIT; n++) expectStatus(202, await askForReset('a@nowhere.example', '192.0.2.60'));
  expect((await askForReset('b@nowhere.example', '192.0.2.60')).body.error.code).toBe('too_many_mails');
  expectStatus(202, await askForReset('a@nowhere.example', '192.0.2.61'));
});
