import type { FastifyInstance } from 'fastify';

/** How often connections are looked at that may have become idle. */
const LOOK_MS = 50;
/** Running jobs may have taken 20 s of the 30 s a shutdown has. */
const DRAIN_MS = 8_000;

/**
 * Lets the server end once the requests in flight are answered. By itself it would wait for as long as their
 * connections are kept alive, more than a minute, and for ever for a client that never sends the rest: after
 * `deadlineMs` those are cut off.
 */
export function drainOnClose(fastify: FastifyInstance, deadlineMs = DRAIN_MS): void {
  fastify.addHook('preClose', done => {
    const { server } = fastify;
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS).unref();
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs).unref();
    server.once('close', () => {
      clearInterval(looking);
      clearTimeout(deadline);
    });
    done();
  });
}
