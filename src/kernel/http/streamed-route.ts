import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** Marks a handler that takes its body off the wire itself: one of another type than JSON, of any length. */
export const StreamedRoute = () => RouteConfig({ streamed: true });

/** Whether the request's handler is such a one. */
export function takesStream({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { streamed?: boolean } | undefined)?.streamed === true;
}
