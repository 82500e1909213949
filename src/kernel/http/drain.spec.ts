import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { drainOnClose } from './drain.js';

const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n';

/** A server with a request in flight that lacks its body. */
async function serving(deadlineMs: number): Promise<{ app: FastifyInstance; client: Socket }> {
  const app = fastify({ forceCloseConnections: 'idle', return503OnClosing: false });
  drainOnClose(app, deadlineMs);
  app.post('/', async request => request.body);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(client, 'connect');
  // Cut off, it may be reset.
  client.on('error', () => undefined);
  const begun = once(app.server, 'request');
  client.write(HEAD);
  await begun;
  return { app, client };
}

describe('a server that closes', () => {
  it('answers the request in flight, and then ends although its connection is kept alive', async () => {
    const { app, client } = await serving(60_000);
    let received = '';
    client.setEncoding('utf8').on('data', text => (received += text));
    const ended = Promise.all([app.close(), once(client, 'close')]);
    client.write('ok');
    await ended;
    expect(received).toMatch(/^HTTP\/1.1 200 [^]*\r\nok$/);
  });

  it('does not wait for ever for a client that never sends the rest', async () => {
    const { app, client } = await serving(50);
    await Promise.all([app.close(), once(client, 'close')]);
  });
});
