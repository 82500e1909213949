import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { basic } from '../support/client.js';
import { type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { parseRaw } from '../support/raw-http.js';
import {
  admin,
  createKey,
  createProject,
  expectStatus,
  type Person,
  ROLE_IDS,
  signUp,
} from '../support/scene.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { waitFor } from '../support/wait-for.js';

const FLOOD = 40;

let database: FreshDatabase;
let environment: { DATA_DIR: string; DATABASE_URL: string };
let server: ServerProcess;
let owner: Person;
let project: { id: string };
let key: { api_key: { id: string }; secret: string };

beforeAll(async () => {
  database = await migratedDatabase();
  environment = { DATA_DIR: await freshDirectory(), DATABASE_URL: database.url };
});

beforeEach(async () => {
  server = await startServerProcess(environment);
  owner = await signUp(server);
  project = await createProject(server, owner.auth);
  key = await createKey(server, owner.auth, project.id, { role_id: ROLE_IDS.administrator });
}, 60_000);

afterEach(() => server?.kill());

afterAll(async () => {
  await database.drop();
  await rm(environment.DATA_DIR, { recursive: true, force: true });
});

/**
 * Sends the head of a request with the key, and waits until the server asks for the body. The function it answers
 * sends the body and reads the answer, to the end of the connection.
 */
async function begin(path: string, body: object): Promise<() => Promise<ReturnType<typeof parseRaw>>> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('utf8').on('data', text => (received += text));
  const text = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${hostname}`,
    `Authorization: ${basic(key.secret)}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Expect: 100-continue',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const go = 'HTTP/1.1 100 Continue\r\n\r\n';
  await waitFor('the server to ask for the body', () => received === go);
  return async () => {
    const closed = once(socket, 'close');
    socket.write(text);
    await closed;
    return parseRaw(received.slice(go.length));
  };
}

/** Waits until nobody listens any more. */
async function refusing(): Promise<void> {
  const { hostname, port } = new URL(server.url);
  await waitFor('new connections to be refused', async () => {
    const probe = connect(Number(port), hostname);
    const refused = await once(probe, 'connect').then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
    );
    probe.destroy();
    return refused;
  });
}

it('lets a request in flight finish, takes no new ones, and leaves everything on disk', async () => {
  const auth = basic(key.secret);
  expectStatus(200, await server.api.get('/v1/whoami', { auth }));
  const keys = `/v1/projects/${project.id}/api-keys`;
  const usesOf = async () => {
    const path = `${keys}/${key.api_key.id}`;
    return expectStatus(200, await server.api.get(path, { auth: owner.auth })).body.last_used_at;
  };
  const before = await usesOf();
  const finish = await begin('/v1/api-keys/verify', { key: key.secret });
  // Refusals of a known principal are counted in memory, too.
  for (let count = 0; count < FLOOD; count++) {
    expectStatus(403, await server.api.get('/v1/events', { auth: owner.auth }));
  }

  server.signal('SIGTERM');
  await refusing();
  const answer = await finish();
  expect(answer).toMatchObject({ status: 200, body: { valid: true, key_id: key.api_key.id } });
  const { code, stderr } = await server.stop();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  server = await startServerProcess(environment);
  const logs = await server.api.get(`/v1/projects/${project.id}/request-logs`, { auth: owner.auth });
  const routes = expectStatus(200, logs).body.items.map((line: { route: string }) => line.route);
  expect(routes).toEqual(['/v1/api-keys/verify', '/v1/whoami']);
  expect((await usesOf()) > before).toBe(true);
  const root = await admin(server);
  const denied = await server.api.get('/v1/events', {
    auth: root.auth,
    query: { type: 'access.denied', actor_id: owner.user.id },
  });
  const [further] = expectStatus(200, denied).body.items;
  expect(further.reason).toContain(`${FLOOD - 1} further refusals`);
}, 90_000);

/** What came of one request on a connection that is kept alive: a status, or why there was none. */
function ask(agent: Agent): Promise<{ outcome: number | string; reused: boolean; last: boolean }> {
  return new Promise(resolve => {
    const request = get(`${server.url}/v1/whoami`, { agent, headers: { authorization: basic(key.secret) } });
    const failed = (error: NodeJS.ErrnoException) =>
      resolve({ outcome: error.code ?? error.message, reused: request.reusedSocket, last: true });
    request.on('error', failed).on('response', (answer: IncomingMessage) => {
      const last = answer.headers.connection === 'close';
      answer
        .on('error', failed)
        .on('end', () => resolve({ outcome: answer.statusCode!, reused: request.reusedSocket, last }))
        .resume();
    });
  });
}

it('answers every request on the connections it has, and resets none', async () => {
  const outcomes = new Map<string, number>();
  let answered = 0;
  const busy = Array.from({ length: 50 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let told = false; !told;) {
      const { outcome, reused, last } = await ask(agent);
      if (outcome === 200) answered++;
      // Once it was told that the connection ends, it is over; a new one may be refused.
      told = last;
      const what = outcome === 'ECONNREFUSED' && !reused ? 'refused' : String(outcome);
      outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
    }
    agent.destroy();
  });
  await waitFor('the load to run', () => answered > 500);
  const stopped = server.stop();
  await Promise.all(busy);
  expect((await stopped).code).toBe(0);
  // A server that is slow to stop may spend what the organization has for a minute; that is an answer, too.
  const expected = ['200', '429', '503'];
  expect([...outcomes.keys()].filter(outcome => !expected.includes(outcome))).toEqual([]);
}, 60_000);
