import type { Answer } from './client.js';
import { expectStatus } from './scene.js';
import type { TestServer } from './server.js';

/** How a request ended: its status, and the code of the error if it was refused. */
export const codeOf = ({ status, body }: Answer): [number, string | undefined] => [status, body.error?.code];

/** An entry of the event log, as on the wire. */
export type LoggedEvent = { type: string; [field: string]: any };

/** A project's newest events, at most a hundred, newest first. */
export async function projectEvents(
  server: TestServer,
  auth: string,
  projectId: string,
  query: Record<string, string | number> = {},
): Promise<LoggedEvent[]> {
  const path = `/v1/projects/${projectId}/events`;
  const answer = await server.api.get(path, { auth, query: { limit: 100, ...query } });
  return expectStatus(200, answer).body.items;
}

/** The events one request left, oldest first; `auth` is a platform admin's. */
export async function eventsOf(
  server: TestServer,
  auth: string,
  answer: { headers: Headers },
): Promise<LoggedEvent[]> {
  const items = expectStatus(200, await server.api.get('/v1/events', { auth })).body.items as LoggedEvent[];
  return items.filter(event => event.request_id === answer.headers.get('x-request-id')).reverse();
}

/**
 * The single event a request left.
 * @throws Error when it left none, or more.
 */
export async function eventOf(
  server: TestServer,
  auth: string,
  answer: { headers: Headers },
): Promise<LoggedEvent> {
  const events = await eventsOf(server, auth, answer);
  if (events.length !== 1) {
    throw new Error(
      `expected one event, got ${events.length}: ${events.map(event => event.type).join(', ')}`,
    );
  }
  return events[0]!;
}

/** What tells of the request or of the caller's own quota, never of what was asked for. */
const OF_THE_REQUEST = /^(x-request-id|date|(x-)?ratelimit.*)$/;

/** An answer without what differs between any two requests: to compare answers byte for byte. */
export function sameAnswer({ status, headers, body }: Answer) {
  const kept = [...headers].filter(([name]) => !OF_THE_REQUEST.test(name));
  return {
    status,
    headers: Object.fromEntries(kept),
    body: { ...body, error: { ...body.error, request_id: 'the same' } },
  };
}
