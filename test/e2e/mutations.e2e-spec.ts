import { Not } from 'typeorm';
import { IdempotencyRecord } from '../../src/kernel/mutations/idempotency.entity.js';
import { eventsOf, projectEvents } from '../support/answers.js';
import { basic, type Answer } from '../support/client.js';
import {
  PASSWORD,
  admin,
  createKey,
  createProject,
  expectStatus,
  signUp,
  type Person,
} from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';
import { ROLE_IDS, write } from '../support/team.js';

let server: TestServer;
let root: Person;
let ada: Person;

beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  ada = await signUp(server);
});
afterAll(() => server.stop());

/** Sends a POST under an idempotency key. */
const post = (path: string, key: string, body: unknown, auth: string = ada.auth) =>
  server.api.post(path, body, { auth, headers: { 'idempotency-key': key } });
const replayed = (answer: Answer) => answer.headers.get('idempotent-replayed') === 'true';
const outcome = ({ status, body }: Answer) => [status, body.error?.code];
const countNamed = async (q: string) =>
  expectStatus(200, await server.api.get('/v1/projects', { auth: root.auth, query: { q } })).body.total_count;

it('the same request again answers the same, and has no second effect', async () => {
  const first = expectStatus(201, await post('/v1/projects', 'one', { name: 'Only once' }));
  expect(replayed(first)).toBe(false);
  const again = await post('/v1/projects', 'one', { name: 'Only once' });
  expect([again.status, again.body, replayed(again)]).toEqual([201, first.body, true]);
  expect(await countNamed('Only once')).toBe(1);
  expect(await eventsOf(server, root.auth, first)).toHaveLength(1);
  expect(await eventsOf(server, root.auth, again)).toEqual([]);
  const mails = (await server.mails()).filter(mail => mail.subject?.includes('Only once'));
  expect(mails.length).toBeLessThanOrEqual(1);
});

it('of many at once one has its effect, the others are told so', async () => {
  for (let round = 0; round < 3; round++) {
    const name = `Parallel ${round}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/v1/projects', name, { name })));
    const made = answers.filter(answer => answer.status === 201);
    expect(made.filter(answer => !replayed(answer))).toHaveLength(1);
    expect(new Set(made.map(answer => answer.body.id)).size).toBe(1);
    for (const answer of answers.filter(other => other.status !== 201)) {
      expect(outcome(answer)).toEqual([409, 'idempotency_in_flight']);
      expect(answer.body.error.retryable).toBe(true);
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    expect(await countNamed(name)).toBe(1);
    expect(await projectEvents(server, ada.auth, made[0]!.body.id, { type: 'project.created' })).toHaveLength(
      1,
    );
  }
});

it('another body under the same key is refused', async () => {
  const first = expectStatus(201, await post('/v1/projects', 'body', { name: 'First' }));
  for (const body of [{ name: 'Second' }, { name: 'First', purpose: 'more' }, {}, undefined]) {
    expect(outcome(await post('/v1/projects', 'body', body))).toEqual([422, 'idempotency_mismatch']);
  }
  expect((await post('/v1/projects', 'body', { name: 'First' })).body).toEqual(first.body);
});

it('what failed is not remembered', async () => {
  expect((await post('/v1/projects', 'fails', { name: '' })).status).toBe(400);
  expect((await post('/v1/projects', 'fails', { name: 'X', environment: 'production' })).status).toBe(409);
  expect(replayed(expectStatus(201, await post('/v1/projects', 'fails', { name: 'Fixed' })))).toBe(false);

  const { id } = await createProject(server, ada.auth);
  const suspend = `/v1/projects/${id}/settings/suspend`;
  expect((await post(suspend, 'ask', {})).status).toBe(428);
  expectStatus(200, await post(suspend, 'ask', { confirm: true }));
  // Suspending again would be a 409; the replay answers what was answered.
  const again = await post(suspend, 'ask', { confirm: true });
  expect([again.status, again.body.status, replayed(again)]).toEqual([200, 'suspended', true]);
});

it('a key belongs to its principal and its route', async () => {
  const bob = await signUp(server);
  const mine = expectStatus(201, await post('/v1/projects', 'shared', { name: 'Mine' }));
  const theirs = expectStatus(201, await post('/v1/projects', 'shared', { name: 'Theirs' }, bob.auth));
  expect(theirs.body.id).not.toBe(mine.body.id);
  const keys = (id: string) => `/v1/projects/${id}/api-keys`;
  const one = await createProject(server, ada.auth);
  const key = expectStatus(201, await post(keys(mine.body.id), 'shared', { name: 'K' }));
  const other = expectStatus(201, await post(keys(one.id), 'shared', { name: 'K' }));
  expect(other.body.api_key.id).not.toBe(key.body.api_key.id);
  expect(replayed(expectStatus(201, await post('/v1/organizations', 'shared', { name: 'Mine' })))).toBe(
    false,
  );
});

it('an API key’s requests have theirs, and secrets are left out of replays', async () => {
  const { id } = await createProject(server, ada.auth);
  const { secret } = await createKey(server, ada.auth, id, { role_id: ROLE_IDS.administrator });
  const path = `/v1/projects/${id}/api-keys`;
  const first = expectStatus(201, await post(path, 'k', { name: 'K' }, basic(secret)));
  expect(first.body.secret).toMatch(/^bw_test_/);
  const again = expectStatus(201, await post(path, 'k', { name: 'K' }, basic(secret)));
  expect([again.body, replayed(again)]).toEqual([{ api_key: first.body.api_key }, true]);
  const person = expectStatus(201, await post(path, 'k', { name: 'K' }));
  expect(person.body.api_key.id).not.toBe(first.body.api_key.id);
});

it('who may no longer make the request gets no replay', async () => {
  const { id } = await createProject(server, ada.auth);
  const { secret, api_key } = await createKey(server, ada.auth, id, { role_id: ROLE_IDS.administrator });
  const path = `/v1/projects/${id}/api-keys`;
  expectStatus(201, await post(path, 'gone', { name: 'K' }, basic(secret)));
  expectStatus(200, await server.api.delete(`${path}/${api_key.id}`, undefined, { auth: ada.auth }));
  expect((await post(path, 'gone', { name: 'K' }, basic(secret))).status).toBe(401);
});

it('after a day the key is free again', async () => {
  const first = expectStatus(201, await post('/v1/projects', 'old', { name: 'Old' }));
  await write(server, db =>
    db.update(IdempotencyRecord, { id: Not('') }, { expires_at: new Date(Date.now() - 1) }),
  );
  const second = expectStatus(201, await post('/v1/projects', 'old', { name: 'New' }));
  expect(replayed(second)).toBe(false);
  expect(second.body.id).not.toBe(first.body.id);
  expect((await post('/v1/projects', 'old', { name: 'New' })).body).toEqual(second.body);
});

it('a key has 1 to 255 printable ASCII characters', async () => {
  for (const key of ['', 'x'.repeat(256), 'a\tb', 'é', '\x80']) {
    const answer = await post('/v1/projects', key, { name: 'Unwanted' });
    expect([key, ...outcome(answer)]).toEqual([key, 400, 'invalid_idempotency_key']);
  }
  for (const key of ['x'.repeat(255), '~ {"printable": yes!}']) {
    expectStatus(201, await post('/v1/projects', key, { name: 'Wanted' }));
    expect(replayed(await post('/v1/projects', key, { name: 'Wanted' }))).toBe(true);
  }
  expect(await countNamed('Unwanted')).toBe(0);
});

it('public routes and other methods know no idempotency keys', async () => {
  const headers = { 'idempotency-key': 'ignored' };
  const body = { email: 'twice@people.example', password: PASSWORD, first_name: 'A', name: 'B' };
  expectStatus(201, await server.api.post('/v1/users', body, { headers }));
  expect(outcome(await server.api.post('/v1/users', body, { headers }))).toEqual([409, 'email_taken']);

  const path = `/v1/projects/${(await createProject(server, ada.auth)).id}/settings`;
  for (const name of ['One', 'Two']) {
    const answer = expectStatus(
      200,
      await server.api.patch(path, { name, confirm: true }, { auth: ada.auth, headers }),
    );
    expect([answer.body.name, replayed(answer)]).toEqual([name, false]);
  }
});
