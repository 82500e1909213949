import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const MAPPED = '::ffff:';

/** An IPv4 address that comes as an IPv6 one (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) in its own form. */
export function plainAddress(ip: string): string {
  return ip.startsWith(MAPPED) && ip.includes('.') ? ip.slice(MAPPED.length) : ip;
}

/** Asks each connection for its address when it comes: one that has been reset tells only what it was asked before. */
export function rememberAddresses(fastify: FastifyInstance): void {
  fastify.server.on('connection', (socket: Socket) => void socket.remoteAddress);
}

/** Where a request comes from, as far as the proxies in between are trusted; null when nothing is known. */
export function clientAddress(request: FastifyRequest): string | null {
  // Without an address, which Fastify's types do not know of, the connection was gone before it could be asked.
  const ip = request.ip as string | undefined;
  return ip === undefined ? null : plainAddress(ip);
}
