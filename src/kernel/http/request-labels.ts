import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * What requests are told apart by in logs, usage and metrics: few values each, whatever a client sends. The columns
 * these are stored in are as long as they can be.
 */

/** The route of requests that no route matches. Never their URL: it may hold anything, secrets among it. */
export const UNMATCHED = '(unmatched)';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const LONGEST_ROUTE = 200;
const LONGEST_ADDRESS = 45;
const LONGEST_USER_AGENT = 512;

/** The route's template, e.g. `/v1/projects/:id`. */
export function routeLabel(request: FastifyRequest): string {
  return (request.routeOptions.url ?? UNMATCHED).slice(0, LONGEST_ROUTE);
}

/** The method; `OTHER` for those that no route has. */
export function methodLabel(method: string): string {
  return METHODS.has(method) ? method : 'OTHER';
}

/** The address, or null for what is none. */
export function addressLabel(ip: string | null): string | null {
  return ip !== null && ip.length <= LONGEST_ADDRESS && isIP(ip) ? ip : null;
}

/** The beginning of what a client calls itself. */
export function userAgentLabel(userAgent: string | null | undefined): string | null {
  return userAgent?.slice(0, LONGEST_USER_AGENT) ?? null;
}
