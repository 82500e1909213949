import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takesStream } from './streamed-route.js';

/** How long, in milliseconds, the server waits for a client. */
export interface Patience {
  /** For the headers of a request and then for its body to arrive; for as much of a streamed body as is due. */
  readonly request: number;
  /** For the next request on a connection. */
  readonly idle: number;
}

/** What of a streamed body must arrive, in bytes a second: a phone with a bad connection sends more. */
const SLOWEST = 1_000;

/** A body on its way. */
interface Arriving {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Since when it is measured, and how much had come over the connection by then. */
  since: number;
  from: number;
}

/**
 * Ends the connection of whoever does not send the body that the headers announced: a plain one has to be there within
 * the time for a request, a streamed one may take as long as it needs, as long as it does not stand still.
 */
export function endLateBodies(fastify: FastifyInstance, { request: deadline }: Patience): void {
  const arriving = new Map<Socket, Arriving>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { socket, headers } = request.raw;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
      if (!arriving.has(socket)) socket.once('close', () => arriving.delete(socket));
      // One for each connection, which replaces the one before: nothing has to be done when a body is there.
      arriving.set(socket, { request, reply, since: Date.now(), from: socket.bytesRead });
    }
    done();
  });
  const look = () => {
    const now = Date.now();
    for (const [socket, body] of arriving) {
      if (body.request.raw.complete || now - body.since < deadline) continue;
      // Refused before it was there: its sender has had the time to hear why.
      if (body.reply.raw.writableEnded) socket.destroy();
      else if (isLate(socket, body, now)) fastify.server.emit('clientError', TOO_LATE, socket);
    }
  };
  const timer = setInterval(look, Math.ceil(deadline / 10)).unref();
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(timer);
    done();
  });
}

/** As Node itself says it of headers. */
const TOO_LATE = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

function isLate(socket: Socket, body: Arriving, now: number): boolean {
  const { request, since, from } = body;
  if (!takesStream(request)) return true;
  // While nobody reads, because the storage is slow, it is not the client who is late.
  const late = socket.bytesRead - from < (SLOWEST * (now - since)) / 1_000 && !request.raw.isPaused();
  Object.assign(body, { since: now, from: socket.bytesRead });
  return late;
}
