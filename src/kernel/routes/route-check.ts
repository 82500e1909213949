import { Injectable, type OnApplicationBootstrap, RequestMethod } from '@nestjs/common';
import { isPermission } from '../access/permissions.js';
import { isEventType } from '../event-log/event-types.js';
import { type DeclaredRoute, DeclaredRoutes } from './declared-routes.js';
import type { Tag } from './docs.decorator.js';

const RULES = new Set(['public', 'optional', 'session', 'key', 'any', 'admin', 'member']);
const SAFE = new Set([RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS]);

/** Deny by default: stops the start when a route does not say who may call it, what it leaves in the event log or how it is documented. */
@Injectable()
export class RouteCheck implements OnApplicationBootstrap {
  constructor(private readonly routes: DeclaredRoutes) {}

  /** @throws Error naming every route with something missing. */
  onApplicationBootstrap(): void {
    const routes = [...this.routes];
    const mistakes = routes.flatMap(route => mistakesOf(route).map(mistake => `${route.name}: ${mistake}`));
    mistakes.push(...clashesOf(new Set(routes.flatMap(({ tag }) => tag ?? []))));
    if (mistakes.length) throw new Error(`Routes without their declarations:\n  ${mistakes.join('\n  ')}`);
  }
}

function mistakesOf({ method, access, mutation, read, docs, tag, hidden }: DeclaredRoute): string[] {
  const mistakes: string[] = [];
  if (access === undefined) mistakes.push('no @Access');
  else if (!RULES.has(access) && !isPermission(access)) mistakes.push(`unknown access rule ${access}`);
  if (!SAFE.has(method) && !mutation && !read) mistakes.push('neither @Mutation nor @Read');
  if (mutation && mutation.events.length === 0) mistakes.push('@Mutation without events');
  for (const type of mutation?.events ?? []) {
    if (!isEventType(type)) mistakes.push(`unknown event type ${type}`);
  }
  if (!docs && !hidden) mistakes.push('neither @Docs nor @Docs.hidden');
  if (docs && !tag) mistakes.push('@Docs without a @Docs.tag of its controller');
  return mistakes;
}

/** Two headings of one name, or at one place. */
function clashesOf(tags: Set<Tag>): string[] {
  const all = [...tags];
  return all.flatMap((one, at) =>
    all
      .slice(at + 1)
      .filter(other => one.name === other.name || one.place === other.place)
      .map(other => `the headings "${one.name}" and "${other.name}": the same name or place`),
  );
}
