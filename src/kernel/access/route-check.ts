import { Injectable, RequestMethod, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { EVENT_TYPES } from '../context/event-types.js';
import { ACCESS, READ, type AccessRule } from './access.decorator.js';
import { MUTATION, type MutationOptions } from './mutation-options.js';
import { isPermission } from './permissions.js';

const RULES = new Set(['public', 'optional', 'session', 'key', 'any', 'admin', 'member']);
const SAFE = new Set([RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS]);

/** Deny by default: stops the start when a route does not say who may call it or what it leaves in the event log. */
@Injectable()
export class RouteCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error naming every route with something missing. */
  onApplicationBootstrap(): void {
    const mistakes: string[] = [];
    for (const { instance, metatype } of this.discovery.getControllers()) {
      if (!instance || !metatype) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name] as () => unknown;
        const method = this.reflector.get<RequestMethod | undefined>('method', handler);
        if (method === undefined) continue;
        mistakes.push(...this.check(handler, method).map(mistake => `${metatype.name}.${name}: ${mistake}`));
      }
    }
    if (mistakes.length) throw new Error(`Routes without their declarations:\n  ${mistakes.join('\n  ')}`);
  }

  private check(handler: () => unknown, method: RequestMethod): string[] {
    const mistakes: string[] = [];
    const access = this.reflector.get<AccessRule | undefined>(ACCESS, handler);
    const mutation = this.reflector.get<MutationOptions | undefined>(MUTATION, handler);
    if (access === undefined) mistakes.push('no @Access');
    else if (!RULES.has(access) && !isPermission(access)) mistakes.push(`unknown access rule ${access}`);
    if (!SAFE.has(method) && !mutation && !this.reflector.get(READ, handler)) {
      mistakes.push('neither @Mutation nor @Read');
    }
    if (mutation && mutation.events.length === 0) mistakes.push('@Mutation without events');
    for (const type of mutation?.events ?? []) {
      if (!Object.hasOwn(EVENT_TYPES, type)) mistakes.push(`unknown event type ${type}`);
    }
    return mistakes;
  }
}
