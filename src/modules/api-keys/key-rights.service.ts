import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { overrules, type Power, powerOf, refusalToLift } from '../../kernel/context/suspension.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { RoleService } from '../roles/role.service.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { type KeyLimits, limitsExceeded } from './key-limits.js';

/**
 * Decides what a caller may do with keys: a signed-in member with the own ones whatever the role permits, everybody
 * else by permission. Nobody handles a key that can do more than they can, except to stop it; and a key gives
 * nothing that it does not have, its limits included.
 */
@Injectable()
export class KeyRights {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly roles: RoleService,
  ) {}

  /** The membership that makes keys the caller's own; null for a key, which owns none. */
  ownMembership(ctx: RequestContext): string | null {
    return ctx.principal?.type === 'user' ? ctx.memberId : null;
  }

  /** Whether it is the caller's own key, as a signed-in member of the project. */
  isOwn(ctx: RequestContext, key: Pick<ApiKeyEntity, 'member_id'>): boolean {
    return key.member_id !== null && key.member_id === this.ownMembership(ctx);
  }

  /** A key the caller may see, or stop. @throws AppError `not_found`, `permission_denied` */
  async accessible(
    ctx: RequestContext,
    projectId: string,
    id: string,
    permission: 'api_keys:read' | 'api_keys:write',
  ): Promise<ApiKeyEntity> {
    const mayRead = ctx.can('api_keys:read');
    // Who can have no key to find is not told either which keys there are.
    if (!ctx.can(permission) && !mayRead && !this.ownMembership(ctx)) throw new AppError('permission_denied');
    const key = await this.keys.find(ctx, projectId, id);
    if (key && (this.isOwn(ctx, key) || ctx.can(permission))) return key;
    // Those who may see the key are told that they lack the permission to change it.
    throw new AppError(key && mayRead ? 'permission_denied' : 'not_found');
  }

  /** @throws AppError `permission_escalation` for somebody else's key that can do more than the caller */
  async refuseStronger(ctx: RequestContext, key: ApiKeyEntity): Promise<void> {
    if (this.isOwn(ctx, key)) return;
    await this.roles.refuseStronger(ctx, key.project_id, key.role_id);
    await this.refuseWider(ctx, key);
  }

  /** By what power a key is suspended once the caller has given it this status; the strongest who suspended it counts. */
  suspenderOf(ctx: RequestContext, key: ApiKeyEntity, status: 'activated' | 'suspended'): Power | null {
    if (status === 'activated') return null;
    const power = this.powerOver(ctx);
    return key.status !== 'suspended' || overrules(key.suspended_by, power) ? power : key.suspended_by;
  }

  /** With what power the caller suspends a key: a member without the permission only the own ones. */
  private powerOver(ctx: RequestContext): Power {
    return powerOf(ctx, ctx.can('api_keys:write') ? 'team' : 'self');
  }

  /** @throws AppError `suspended_by_platform`, `permission_denied` for a key that somebody with more power suspended */
  refuseToLift(ctx: RequestContext, key: ApiKeyEntity): void {
    const refusal = key.status === 'suspended' ? refusalToLift(key.suspended_by, this.powerOver(ctx)) : null;
    if (refusal) throw refusal;
  }

  /**
   * What limits a key that the caller makes: what is asked for, else what limits the caller.
   * @throws AppError `permission_escalation` when the caller is a key and more is asked for, or its requests are
   *   limited
   */
  async limitsOfNew(
    ctx: RequestContext,
    asked: Pick<KeyLimits, 'allowed_ips' | 'allowed_domains'> & Partial<KeyLimits>,
  ): Promise<KeyLimits> {
    const own = await this.limitsOfCaller(ctx);
    if (own) refuseToMultiply(own);
    const limits: KeyLimits = {
      expires_at: asked.expires_at === undefined ? (own?.expires_at ?? null) : asked.expires_at,
      requests_per_minute: asked.requests_per_minute ?? null,
      requests_per_day: asked.requests_per_day ?? null,
      allowed_ips: asked.allowed_ips.length ? asked.allowed_ips : (own?.allowed_ips ?? []),
      allowed_domains: asked.allowed_domains.length ? asked.allowed_domains : (own?.allowed_domains ?? []),
    };
    if (own) refuseExceeding(limits, own);
    return limits;
  }

  /** @throws AppError `permission_escalation` when the caller is another key, whose requests are limited */
  async refuseToRegenerate(ctx: RequestContext, key: Pick<ApiKeyEntity, 'id'>): Promise<void> {
    if (ctx.principal?.id === key.id) return;
    const own = await this.limitsOfCaller(ctx);
    if (own) refuseToMultiply(own);
  }

  /** @throws AppError `permission_escalation` when the caller is a key with limits that these do not keep */
  async refuseWider(ctx: RequestContext, limits: KeyLimits): Promise<void> {
    const own = await this.limitsOfCaller(ctx);
    if (own) refuseExceeding(limits, own);
  }

  /** Null for people, whom nothing limits but their role. */
  private async limitsOfCaller(ctx: RequestContext): Promise<KeyLimits | null> {
    const { principal } = ctx;
    if (principal?.type !== 'api_key') return null;
    const key = await this.keys.find(ctx, principal.projectId, principal.id);
    if (!key) throw new AppError('permission_denied');
    return key;
  }
}

/** Every key counts its requests for itself, so that with each further secret a limited key would have its limit again. */
function refuseToMultiply(own: KeyLimits): void {
  if (own.requests_per_minute === null && own.requests_per_day === null) return;
  throw new AppError('permission_escalation', {
    message: 'A key with request limits of its own neither issues other keys nor gives them new secrets.',
  });
}

function refuseExceeding(limits: KeyLimits, own: KeyLimits): void {
  const exceeded = limitsExceeded(limits, own);
  if (exceeded.length === 0) return;
  throw new AppError('permission_escalation', {
    param: exceeded[0],
    message: 'A key gives no wider limits than its own.',
    details: { exceeded },
  });
}
