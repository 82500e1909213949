import { eventsOf } from '../support/answers.js';
import { admin, createProject, expectStatus, signUp, type Person } from '../support/people.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let root: Person;
let ada: Person;
beforeAll(async () => {
  server = await startServer();
  root = await admin(server);
  ada = await signUp(server);
});
afterAll(() => server.stop());

const once = (key: string, name: string, person = ada) =>
  server.api.post('/v1/projects', { name }, { auth: person.auth, headers: { 'idempotency-key': key } });
const projectsNamed = async (name: string) =>
  (await server.api.get('/v1/projects', { auth: root.auth, query: { q: name } })).body.total_count;

it('a repeated request answers the first answer and changes nothing', async () => {
  const first = expectStatus(201, await once('a', 'Repeated'));
  expect(first.headers.has('idempotent-replayed')).toBe(false);
  const second = expectStatus(201, await once('a', 'Repeated'));
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(await eventsOf(server, root.auth, second)).toEqual([]);
  expect(await projectsNamed('Repeated')).toBe(1);
});

it('many at once have one effect; the others are told to wait, or get its answer', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => once('b', 'At once')));
  expect(await projectsNamed('At once')).toBe(1);
  const ids = new Set<string>();
  for (const { status, body, headers } of answers) {
    if (status === 201) ids.add(body.id);
    else {
      expect({ status, code: body.error.code }).toEqual({ status: 409, code: 'idempotency_in_flight' });
      expect(body.error.retryable).toBe(true);
      expect(headers.get('retry-after')).toBe('1');
    }
  }
  expect(ids.size).toBe(1);
});

it('another body under the same key is refused, the same key of another person is another', async () => {
  await once('c', 'Mine');
  expect(expectStatus(422, await once('c', 'Other')).body.error).toMatchObject({
    code: 'idempotency_mismatch',
    type: 'unprocessable',
  });
  const grace = await signUp(server);
  expect(expectStatus(201, await once('c', 'Hers', grace)).headers.has('idempotent-replayed')).toBe(false);
});

it('a refused request keeps nothing', async () => {
  expectStatus(400, await once('d', ''));
  expectStatus(201, await once('d', 'Better'));
});

it('a secret is shown to the first request and to none that repeats it', async () => {
  const project = await createProject(server, ada.auth);
  const path = `/v1/projects/${project.id}/api-keys`;
  const options = { auth: ada.auth, headers: { 'idempotency-key': 'e' } };
  const first = expectStatus(201, await server.api.post(path, { name: 'Script' }, options));
  const second = expectStatus(201, await server.api.post(path, { name: 'Script' }, options));
  expect(first.body.secret).toMatch(/^bw_test_/);
  expect(second.body).toEqual({ api_key: first.body.api_key });
  expect(second.headers.get('cache-control')).toBe('no-store');
});
