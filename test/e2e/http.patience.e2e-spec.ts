import { once } from 'node:events';
import { connect } from 'node:net';
import { basic } from '../support/client.js';
import { parseRaw, sendRaw } from '../support/raw-http.js';
import { createKey, createProject, signUp } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
let secret: string;
beforeAll(async () => {
  server = await startServer({}, { request: 300, idle: 200 });
  const owner = await signUp(server);
  const { id } = await createProject(server, owner.auth);
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
