import { once } from 'node:events';
import { connect } from 'node:net';
import { codeOf } from '../support/answers.js';
import { Between } from '../support/between.js';
import { basic } from '../support/client.js';
import { describeOn, type FreshDatabase } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { parseRaw, sendRaw } from '../support/raw-http.js';
import { createKey, createProject, type Person, Scene, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let server: TestServer;
const PATIENCE_MS = 300;
let secret: string;
let owner: Person;
let media: string;
beforeAll(async () => {
  server = await startServer({}, { request: PATIENCE_MS, idle: 200 });
  owner = await signUp(server);
  const { id } = await createProject(server, owner.auth);
  media = `/v1/projects/${id}/media`;
  ({ secret } = await createKey(server, owner.auth, id));
});
afterAll(() => server.stop());

it('a body that does not arrive in time is answered 408', async () => {
  const head =
    'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{';
  const answer = parseRaw(await sendRaw(server.url, head));
  expect(answer.status).toBe(408);
  expect(answer.body.error.code).toBe('request_timeout');
});

/** Begins an upload of `length` bytes on a connection of its own. */
async function beginUpload(length: number) {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  socket.on('data', chunk => received.push(chunk));
  const part = '--x\r\ncontent-disposition: form-data; name="file"; filename="slow"\r\n\r\n';
  const end = '\r\n--x--\r\n';
  const head = [
    `POST ${media} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: ${owner.auth}`,
    `content-type: multipart/form-data; boundary=x\r\ncontent-length: ${part.length + length + end.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${part}`);
  const answer = async () => {
    if (!socket.closed) await once(socket, 'close');
    return parseRaw(Buffer.concat(received).toString());
  };
  return { send: (bytes: string) => socket.write(bytes), end, answer };
}

it('an upload may take long as long as it comes, and is ended with 408 once it stands still', async () => {
  const STEPS = 50;
  const steady = await beginUpload(STEPS * 500);
  const began = Date.now();
  for (let sent = 0; sent < STEPS; sent++) {
    const due = began + ((sent + 1) * 3 * PATIENCE_MS) / STEPS;
    await waitFor('the next piece to be due', () => Date.now() >= due);
    steady.send('x'.repeat(500));
  }
  steady.send(steady.end);
  expect((await steady.answer()).status).toBe(201);
  const still = await beginUpload(1_000_000);
  still.send('x'.repeat(5_000));
  const answer = await still.answer();
  expect([answer.status, answer.body.error.code]).toEqual([408, 'request_timeout']);
  await waitFor('what it left to be gone', async () => {
    const { body } = await server.api.get(media, { auth: owner.auth, query: { status: 'processing' } });
    return body.items.length === 0;
  });
  expect((await server.api.get(media, { auth: owner.auth })).body.total_count).toBe(1);
});

it('headers that do not arrive in time are answered 408, and so is silence', async () => {
  expect(parseRaw(await sendRaw(server.url, 'GET /v1/whoami HTTP/1.1\r\nhost: x\r\n')).status).toBe(408);
  expect(parseRaw(await sendRaw(server.url, '')).status).toBe(408);
});

it('a connection without a further request is closed', async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.resume().write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'close');
});

const whoami = (...authorization: string[]) => {
  const fields = authorization.map(value => `authorization: ${value}\r\n`).join('');
  return sendRaw(server.url, `GET /v1/whoami HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${fields}\r\n`).then(
    parseRaw,
  );
};

it('an Authorization that is not understood is 401, whether the key is remembered or not', async () => {
  const twoSpaces = basic(secret).replace(' ', '  ');
  expect((await whoami(twoSpaces)).status).toBe(401);
  expect((await whoami(basic(secret))).status).toBe(200);
  expect((await whoami(twoSpaces)).status).toBe(401);
  for (const header of ['Digest username="x"', 'Basic', `Bearer  ${secret}`, 'Basic ====', secret])
    expect([header, (await whoami(header)).status]).toEqual([header, 401]);
});

it('two Authorization headers are 400', async () => {
  const answer = await whoami(basic(secret), basic(secret));
  expect(answer.status).toBe(400);
  expect(answer.body.error.code).toBe('malformed_request');
});

describeOn('mariadb')('a database that does not answer', () => {
  let fresh: FreshDatabase;
  let between: Between;
  let scene: Scene;

  beforeAll(async () => {
    fresh = await migratedDatabase();
    const url = new URL(fresh.url);
    between = await Between.before(url.hostname, Number(url.port || 3306));
    url.host = `127.0.0.1:${between.port}`;
    scene = await Scene.open({ DATABASE_URL: url.href });
  });

  afterAll(async () => {
    between?.thaw();
    await scene?.close();
    between?.close();
    await fresh?.drop();
  });

  it('leaves nobody waiting, reader or writer, and serves again once it answers', async () => {
    const { api, root } = scene;
    between.freeze();
    // More than the pool has connections.
    const reads = Array.from({ length: 25 }, () => api.get('/v1/users', root));
    const write = api.post('/v1/organizations', { name: 'Elsewhere' }, root);
    for (const answer of await Promise.all([...reads, write])) {
      expect(codeOf(answer)).toEqual([503, 'database_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    between.thaw();
    await waitFor('the server to serve again', async () => (await api.get('/v1/users', root)).status === 200);
  });
});
