import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { clientAddress } from './client-address.js';
import { addressLabel, methodLabel, routeLabel, userAgentLabel } from './request-labels.js';

/**
 * Writes a line for every answer: what was asked, by its route's template, who asked, what came of it and how many
 * milliseconds it took. URLs are left out: their parameters may be anything.
 */
export function logAccess(fastify: FastifyInstance): void {
  const logger = new Logger('Access');
  fastify.addHook('onResponse', (request, reply, done) => {
    logger.log({
      request_id: request.id,
      method: methodLabel(request.method),
      route: routeLabel(request),
      status: reply.statusCode,
      error_code: request.errorCode,
      duration_ms: Math.round(reply.elapsedTime),
      ip: addressLabel(clientAddress(request)),
      user_agent: userAgentLabel(request.headers['user-agent']),
      principal: request.ctx?.principal?.id,
    });
    done();
  });
}
