import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { NameServer } from '../../../test/support/name-server.js';
import { selfSigned } from '../../../test/support/self-signed.js';
import { Config } from '../config/config.js';
import { NameResolver } from './name-resolver.js';
import { OutgoingHttp } from './outgoing-http.js';

const OPEN = { WEBHOOK_ALLOW_HTTP: 'true', WEBHOOK_ALLOW_PRIVATE: 'true' };
const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach(close => close()));

const clientOf = (environment: Record<string, string>) => {
  const config = Config.from(environment);
  return new OutgoingHttp(config, new NameResolver(config));
};
const client = clientOf(OPEN);

async function listening<S extends Server | TcpServer>(server: S): Promise<S & { port: number }> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return Object.assign(server, { port: (server.address() as AddressInfo).port });
}
const serving = async (listener: RequestListener) =>
  `http://127.0.0.1:${(await listening(createServer(listener))).port}/`;
const post = (url: string, by = client) => by.post(url, { 'x-test': 'yes' }, '{"a":"é"}');

it('posts, and answers with status and body', async () => {
  const seen: unknown[] = [];
  const url = await serving((request, response) => {
    const { method, headers } = request;
    request
      .setEncoding('utf8')
      .on('data', (body: string) => seen.push({ method, body, type: headers['x-test'] }));
    request.on('end', () => response.writeHead(503, { 'retry-after': '7' }).end('busy'));
  });
  const { status, retryAfter, body } = await post(url);
  expect([status, retryAfter, body.toString()]).toEqual([503, '7', 'busy']);
  expect(seen).toEqual([{ method: 'POST', body: '{"a":"é"}', type: 'yes' }]);
});

it('follows no redirect', async () => {
  let asked = 0;
  const url = await serving((_, response) => {
    asked++;
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  expect((await post(url)).status).toBe(302);
  expect(asked).toBe(1);
});

it('takes 64 kB of an answer, and no more', async () => {
  const url = await serving((request, response) => {
    response.writeHead(200);
    const more = () => {
      while (response.write('x'.repeat(16_384)));
    };
    if (request.url === '/endless') response.on('drain', more);
    if (request.url === '/endless') more();
    else response.end('x'.repeat(65_536));
  });
  expect((await post(url)).body).toHaveLength(65_536);
  await expect(post(`${url}endless`)).rejects.toMatchObject({
    reason: 'answer_too_large',
    body: expect.objectContaining({ length: 65_536 }),
  });
});

it.each(['/silent', '/dripping'])('waits for a whole answer no longer than its deadline: %s', async path => {
  const url = await serving((request, response) => {
    if (request.url === '/silent') return;
    const drip = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(drip));
  });
  const hasty = clientOf(OPEN);
  hasty.deadlineMs = 200;
  await expect(post(new URL(path, url).href, hasty)).rejects.toMatchObject({ reason: 'timeout' });
});

it('says so when the connection ends in the middle of an answer', async () => {
  const url = await serving((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half');
    setImmediate(() => response.destroy());
  });
  await expect(post(url)).rejects.toMatchObject({ reason: 'answer_incomplete', body: Buffer.from('half') });
});

it('says so when nobody listens, hangs up or talks nonsense', async () => {
  const { port } = await listening(createTcpServer(socket => socket.destroy()));
  await expect(post(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ reason: 'connection_failed' });
  const nonsense = await listening(createTcpServer(socket => socket.end('220 mail.example.com\r\n\r\n')));
  await expect(post(`http://127.0.0.1:${nonsense.port}/`)).rejects.toMatchObject({
    reason: 'answer_invalid',
  });
  await expect(post('http://127.0.0.1:1/')).rejects.toThrow('connection_failed (ECONNREFUSED)');
});

it('verifies certificates', async () => {
  const server = await listening(createTlsServer(await selfSigned(), (_, response) => response.end()));
  await expect(post(`https://localhost:${server.port}/`)).rejects.toMatchObject({ reason: 'tls_failed' });
});

it('refuses where it may not go, before it connects', async () => {
  let asked = 0;
  const url = await serving((_, response) => {
    asked++;
    response.end();
  });
  const strict = clientOf({ WEBHOOK_ALLOW_HTTP: 'true' });
  for (const host of ['127.0.0.1', '2130706433', 'localhost', '[::ffff:127.0.0.1]'])
    await expect(post(url.replace('127.0.0.1', host), strict)).rejects.toMatchObject({
      reason: 'address_not_allowed',
    });
  expect(asked).toBe(0);
});

describe('names', () => {
  class TestedResolver extends NameResolver {
    constructor(config: Config, server: NameServer) {
      super(config);
      this.resolver.setServers([server.address]);
    }
  }
  const asking = async (answer: (name: string) => string[]) => {
    const names = await NameServer.open(answer);
    closing.push(() => names.close());
    const config = Config.from({ WEBHOOK_ALLOW_HTTP: 'true' });
    return new OutgoingHttp(config, new TestedResolver(config, names));
  };

  it('are checked at the connection: one that leads elsewhere the second time is refused then', async () => {
    let asked = 0;
    const url = await serving((_, response) => response.end());
    const { port } = new URL(url);
    // What nobody can reach from a test: only the second answer would lead to the receiver.
    const rebinding = await asking(() => (asked++ === 0 ? ['192.0.2.1', '203.0.113.9'] : ['127.0.0.1']));
    for (let i = 0; i < 2; i++)
      await expect(post(`http://rebinding.example.com:${port}/`, rebinding)).rejects.toMatchObject({
        reason: 'address_not_allowed',
      });
    expect(asked).toBe(2);
  });

  it('are refused when one of their addresses is private, and reported when there is none', async () => {
    const by = await asking(name => (name === 'mixed.example.com' ? ['93.184.215.14', '10.0.0.1'] : []));
    await expect(post('http://mixed.example.com/', by)).rejects.toMatchObject({
      reason: 'address_not_allowed',
    });
    await expect(post('http://unknown.example.com/', by)).rejects.toMatchObject({ reason: 'name_not_found' });
  });
});
