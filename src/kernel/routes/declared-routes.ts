import { Injectable, type RequestMethod, type Type } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import {
  ACCESS,
  type AccessRule,
  BEFORE_PASSWORD_CHANGE,
  BEFORE_TOTP_SETUP,
} from '../access/access.decorator.js';
import { READ } from '../mutations/mutation.decorator.js';
import { MUTATION, type MutationOptions } from '../mutations/mutation-options.js';
import { DOCS, HIDDEN, type RouteDocs, TAG, type Tag } from './docs.decorator.js';
import { OUTSIDE_V1 } from './outside-v1.decorator.js';

/** A route's handler and what its decorators say of it. */
export interface DeclaredRoute {
  /** `Controller.method`, as error messages name it. */
  readonly name: string;
  readonly controller: string;
  /** The controller's class. */
  readonly type: Type;
  readonly handler: string;
  readonly method: RequestMethod;
  readonly access: AccessRule | undefined;
  readonly mutation: MutationOptions | undefined;
  readonly docs: RouteDocs | undefined;
  /** The heading its controller stands under. */
  readonly tag: Tag | undefined;
  /** Whether the document leaves it out. */
  readonly hidden: boolean;
  /** Its path, before any prefix. */
  readonly path: string;
  /** Whether its path is all there is, without `/v1` before it. */
  readonly outsideV1: boolean;
  /** Whether it changes nothing although it is no GET. */
  readonly read: boolean;
  /** Whether it is open to somebody who must change the password first. */
  readonly beforePasswordChange: boolean;
  /** Whether it is open to an admin who must set up two-factor sign-in first. */
  readonly beforeTotpSetup: boolean;
}

/** Every route there is, with its declarations; for the check at start, the documents and the attribute catalog. */
@Injectable()
export class DeclaredRoutes {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  *[Symbol.iterator](): Generator<DeclaredRoute> {
    for (const { instance, metatype } of this.discovery.getControllers()) {
      if (!instance || !metatype) continue;
      const prototype = Object.getPrototypeOf(instance) as Record<string, () => unknown>;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        const method = this.reflector.get<RequestMethod | undefined>('method', handler);
        if (method !== undefined) yield this.describe(metatype as Type, name, method, handler);
      }
    }
  }

  private describe(type: Type, name: string, method: RequestMethod, handler: () => unknown): DeclaredRoute {
    return {
      name: `${type.name}.${name}`,
      controller: type.name,
      type,
      handler: name,
      method,
      access: this.reflector.get(ACCESS, handler),
      mutation: this.reflector.get(MUTATION, handler),
      docs: this.reflector.get(DOCS, handler),
      tag: this.reflector.get(TAG, type),
      hidden: this.reflector.getAllAndOverride(HIDDEN, [handler, type]) === true,
      path: pathOf(this.reflector.get(PATH_METADATA, type), this.reflector.get(PATH_METADATA, handler)),
      outsideV1: this.reflector.get(OUTSIDE_V1, type) === true,
      read: this.reflector.get(READ, handler) === true,
      beforePasswordChange: this.reflector.get(BEFORE_PASSWORD_CHANGE, handler) === true,
      beforeTotpSetup: this.reflector.get(BEFORE_TOTP_SETUP, handler) === true,
    };
  }
}

/** The path of a controller and that of its handler, joined. */
function pathOf(...parts: string[]): string {
  return parts.flatMap(part => part.split('/').filter(Boolean)).join('/');
}
