import type { FastifyInstance } from 'fastify';

/**
 * Handles all requests that arrive in one turn of the event loop together, at its end. They then go through each
 * step one after the other, and their answers leave one after the other: code and data stay in the processor's
 * caches, and a busy client or proxy is woken once instead of once for every answer. A request that comes alone
 * waits for nothing but the end of the turn.
 */
export function handleTogether(fastify: FastifyInstance): void {
  let waiting: (() => void)[] = [];
  const proceed = () => {
    const arrived = waiting;
    waiting = [];
    for (const next of arrived) next();
  };
  fastify.addHook('onRequest', (_request, _reply, done) => {
    if (waiting.push(done) === 1) setImmediate(proceed);
  });
}
