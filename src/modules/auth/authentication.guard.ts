import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { ACCESS, type AccessRule } from '../../kernel/access/access.decorator.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Callers } from './callers.service.js';
import { readCredentials } from './credentials.js';

/** Establishes who calls: from the cache, else through the Passport strategies. */
@Injectable()
export class AuthenticationGuard extends AuthGuard(['basic', 'bearer']) {
  constructor(
    private readonly reflector: Reflector,
    private readonly callers: Callers,
  ) {
    super({ session: false, property: 'caller' });
  }

  /** @throws AppError one of the 401 codes */
  override canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.reflector.get<AccessRule | undefined>(ACCESS, execution.getHandler());
    if (rule === 'public') return true;
    const request = execution.getArgByIndex<FastifyRequest>(0);
    if (rule === 'optional' && request.headers.authorization === undefined) return true;
    const credentials = readCredentials(request.headers.authorization);
    const remembered = this.callers.remembered(credentials);
    if (!remembered) return super.canActivate(execution) as Promise<boolean>;
    request.caller = remembered;
    return true;
  }

  /** @throws AppError `invalid_api_key` when no strategy knows the caller */
  override handleRequest<T>(error: unknown, caller: T): T {
    if (error) throw error;
    // A strategy that could not read what the guard could has found nobody, which is not the same as a stranger.
    if (!caller) throw new AppError('invalid_api_key');
    return caller;
  }
}
