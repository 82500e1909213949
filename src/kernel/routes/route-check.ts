import { Injectable, RequestMethod, type OnApplicationBootstrap } from '@nestjs/common';
import { isPermission } from '../access/permissions.js';
import { EVENT_TYPES } from '../event-log/event-types.js';
import { DeclaredRoutes, type DeclaredRoute } from './declared-routes.js';

const RULES = new Set(['public', 'optional', 'session', 'key', 'any', 'admin', 'member']);
const SAFE = new Set([RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS]);

/** Deny by default: stops the start when a route does not say who may call it or what it leaves in the event log. */
@Injectable()
export class RouteCheck implements OnApplicationBootstrap {
  constructor(private readonly routes: DeclaredRoutes) {}

  /** @throws Error naming every route with something missing. */
  onApplicationBootstrap(): void {
    const mistakes = [...this.routes].flatMap(route =>
      mistakesOf(route).map(mistake => `${route.name}: ${mistake}`),
    );
    if (mistakes.length) throw new Error(`Routes without their declarations:\n  ${mistakes.join('\n  ')}`);
  }
}

function mistakesOf({ method, access, mutation, read }: DeclaredRoute): string[] {
  const mistakes: string[] = [];
  if (access === undefined) mistakes.push('no @Access');
  else if (!RULES.has(access) && !isPermission(access)) mistakes.push(`unknown access rule ${access}`);
  if (!SAFE.has(method) && !mutation && !read) mistakes.push('neither @Mutation nor @Read');
  if (mutation && mutation.events.length === 0) mistakes.push('@Mutation without events');
  for (const type of mutation?.events ?? []) {
    if (!Object.hasOwn(EVENT_TYPES, type)) mistakes.push(`unknown event type ${type}`);
  }
  return mistakes;
}
