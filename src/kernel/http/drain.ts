import { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long a connection without a request in flight is kept: its client may be sending one right now. */
const IDLE_MS = 300;
/** Running jobs may have taken 20 s of the 30 s a shutdown has. */
const DRAIN_MS = 8_000;

/**
 * Lets the server end once the requests in flight are answered. New connections are refused at once. Whatever
 * is answered from then on says `Connection: close`, and connections on which nothing is asked are closed a
 * little later: closed at once, they would reset a request that is on its way. Those of clients that never send the
 * rest are cut off after `deadlineMs`. Answers whether that is going on.
 */
export function drainOnClose(fastify: FastifyInstance, deadlineMs = DRAIN_MS): () => boolean {
  let closing = false;
  fastify.addHook('preClose', done => {
    closing = true;
    const { server } = fastify;
    const timers = [
      setTimeout(() => server.closeIdleConnections(), IDLE_MS),
      setTimeout(() => server.closeAllConnections(), deadlineMs),
    ];
    // Only stops to listen: the HTTP server's own `close` would also close idle connections, at once.
    Server.prototype.close.call(server, () => {
      timers.forEach(clearTimeout);
      done();
    });
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  return () => closing;
}
