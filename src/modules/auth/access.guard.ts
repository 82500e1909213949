import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import {
  ACCESS,
  type AccessRule,
  BEFORE_PASSWORD_CHANGE,
  BEFORE_TOTP_SETUP,
} from '../../kernel/access/access.decorator.js';
import type { Permission } from '../../kernel/access/permissions.js';
import { Config } from '../../kernel/config/config.js';
import { type Grant, RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { clientAddress } from '../../kernel/http/client-address.js';
import { CountryHeader } from '../../kernel/http/country-header.js';
import { asksForDryRun } from '../../kernel/mutations/dry-run.js';
import { READ } from '../../kernel/mutations/mutation.decorator.js';
import { MUTATION, type MutationOptions } from '../../kernel/mutations/mutation-options.js';
import { Visibility } from '../../kernel/visibility/visibility.js';
import { refusalOf } from '../api-keys/key-decision.js';
import type { KeyCaller, UserCaller } from './caller.js';
import { ProjectAccess } from './project-access.service.js';

/** Decides whether the caller may call this handler, and builds the request's context. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: ProjectAccess,
    private readonly countries: CountryHeader,
    private readonly visibility: Visibility,
    private readonly config: Config,
  ) {}

  /** @throws AppError 401, 403 or 404 as the contract says */
  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const request = execution.getArgByIndex<FastifyRequest>(0);
    const handler = execution.getHandler() as () => unknown;
    const rule = this.reflector.get<AccessRule | undefined>(ACCESS, handler);
    const { caller } = request;
    if (rule === 'public' || (rule === 'optional' && !caller))
      return this.admit(request, { principal: null });
    // RouteCheck stops the start for such a handler; this is for whatever was added after it.
    if (!rule || !caller) throw new AppError('permission_denied');
    if (caller.kind === 'api_key') {
      this.admitKey(request, caller, rule);
      return this.prepare(request, handler);
    }
    const missing = this.missingOf(caller, handler);
    if (missing) {
      this.admit(request, { principal: caller.principal });
      throw new AppError(missing);
    }
    const mutation = this.reflector.get<MutationOptions | undefined>(MUTATION, handler);
    const mutates = mutation !== undefined && !mutation.whileSuspended;
    return this.admitUser(request, caller, rule, mutates).then(() => this.prepare(request, handler));
  }

  /** What somebody must do before anything else, unless this handler is for doing it. */
  private missingOf(
    { user }: UserCaller,
    handler: () => unknown,
  ): 'password_change_required' | 'totp_setup_required' | null {
    const exposed = this.config.requireAdminTotp && user.platform_role === 'admin' && !user.totp_enabled;
    if (!user.password_change_required && !exposed) return null;
    if (this.reflector.get(BEFORE_PASSWORD_CHANGE, handler)) return null;
    if (user.password_change_required) return 'password_change_required';
    return this.reflector.get(BEFORE_TOTP_SETUP, handler) ? null : 'totp_setup_required';
  }

  private admitKey(request: FastifyRequest, caller: KeyCaller, rule: AccessRule): void {
    const { key, principal } = caller;
    const { project, role, permissions, memberId, hidden } = key;
    const asked = projectAsked(request);
    this.admit(request, { principal, project, role, permissions, memberId, hidden });
    const refusal = refusalOf(key, { ip: request.ctx!.ip, origin: originOf(request), at: new Date() });
    if (refusal) throw new AppError(refusal);
    if (rule === 'session' || rule === 'optional') throw new AppError('session_required');
    if (rule === 'admin') throw adminRequired();
    if (asked !== null && asked !== project.id) throw new AppError('not_found');
    if (isPermissionRule(rule) && !permissions.has(rule)) throw denied(rule);
  }

  private async admitUser(
    request: FastifyRequest,
    caller: UserCaller,
    rule: AccessRule,
    mutates: boolean,
  ): Promise<void> {
    const { principal } = caller;
    this.admit(request, { principal });
    if (rule === 'key') throw new AppError('api_key_required');
    if (rule === 'session' || rule === 'any' || rule === 'optional') return;
    if (rule === 'admin') {
      if (caller.user.platform_role !== 'admin') throw adminRequired();
      return;
    }
    const asked = projectAsked(request);
    if (asked === null) {
      // A route that means the key's own project; platform admins pass without one.
      if (caller.user.platform_role !== 'admin') throw new AppError('api_key_required');
      return;
    }
    const grant = await this.access.ofUser(caller, asked);
    if (!grant) throw new AppError('not_found');
    this.admit(request, { ...grant, principal });
    if (isPermissionRule(rule) && !grant.permissions.has(rule)) throw denied(rule);
    // People may still read a suspended project, and its settings are the way back.
    if (
      mutates &&
      grant.project.status === 'suspended' &&
      rule !== 'settings:write' &&
      caller.user.platform_role !== 'admin'
    ) {
      throw new AppError('project_suspended');
    }
  }

  /**
   * What the caller may not see is hidden from whatever this request answers.
   * @throws AppError `validation_failed` for a dry run of what is no mutation: it may cost something all the same
   */
  private prepare(request: FastifyRequest, handler: () => unknown): true {
    const ctx = request.ctx!;
    if (this.reflector.get(READ, handler)) asksForDryRun(request.query, false);
    if (ctx.hidden.size) this.visibility.prepare(request, ctx, handler);
    return true;
  }

  private admit(request: FastifyRequest, grant: Grant): true {
    request.ctx = new RequestContext(
      {
        requestId: request.id,
        ip: clientAddress(request),
        userAgent: request.headers['user-agent'] ?? null,
        country: this.countries.of(request),
        hasLeft: () => request.raw.socket.destroyed,
      },
      grant,
    );
    return true;
  }
}

function denied(permission: string): AppError {
  return new AppError('permission_denied', {
    message: `This requires the permission ${permission}.`,
    details: { permission },
  });
}

function adminRequired(): AppError {
  return new AppError('permission_denied', { message: 'This is for platform admins, signed in.' });
}

function isPermissionRule(rule: AccessRule): rule is Permission {
  return rule.includes(':');
}

/** The project in the path of a `/v1/projects/:id…` route; null on routes without one. */
function projectAsked(request: FastifyRequest): string | null {
  const { id } = request.params as { id?: string };
  // Fastify builds the route's options anew at every look, so most routes are sorted out before.
  if (id === undefined || !request.routeOptions.url?.startsWith('/v1/projects/:id')) return null;
  return id;
}

function originOf(request: FastifyRequest): string | null {
  // An empty header says nothing.
  return request.headers.origin || request.headers.referer || null;
}
