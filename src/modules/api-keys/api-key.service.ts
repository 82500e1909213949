import { Injectable } from '@nestjs/common';
import type { ProjectInContext, RequestContext } from '../../kernel/context/request-context.js';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { EventType } from '../../kernel/event-log/event-types.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { searchedText } from '../../kernel/text/search.js';
import { RoleService } from '../roles/role.service.js';
import { type Role, SYSTEM_ROLES } from '../roles/system-roles.js';
import { MemberService } from '../teams/member.service.js';
import {
  type ApiKey,
  type CreateApiKey,
  type IssuedApiKey,
  type RegenerateApiKey,
  type UpdateApiKey,
} from './api-key.dto.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { KeyItems } from './key-items.service.js';
import { nextNotice } from './key-lifetime.js';
import { KeyLifetimes } from './key-lifetimes.service.js';
import { KeyRights } from './key-rights.service.js';
import { newKeySecret, previewOf } from './key-secret.js';

/** API keys: issued, shown, changed, regenerated, revoked. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly rights: KeyRights,
    private readonly roles: RoleService,
    private readonly members: MemberService,
    private readonly items: KeyItems,
    private readonly lifetimes: KeyLifetimes,
    private readonly cascades: Cascades,
  ) {}

  /** @throws AppError `not_found`, also for somebody else's key when the caller may see only their own */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<ApiKey> {
    return this.items.one(ctx, await this.rights.accessible(ctx, projectId, id, 'api_keys:read'));
  }

  /**
   * Issues a key; its secret is in the answer and nowhere else.
   * @throws AppError `permission_denied`, `permission_escalation`, `validation_failed`
   */
  async create(ctx: RequestContext, projectId: string, input: CreateApiKey): Promise<IssuedApiKey> {
    const memberId = input.member ? this.ownMembership(ctx) : null;
    if (!memberId && !ctx.can('api_keys:write')) throw new AppError('permission_denied');
    const role = await this.roleFor(ctx, projectId, input, memberId !== null);
    const created_at = new Date();
    const asked = toDate(input.expires_at);
    const limits = await this.rights.limitsOfNew(ctx, { ...input, expires_at: asked });
    const born = { project_id: projectId, created_at };
    limits.expires_at = await this.lifetimes.expiryOfNew(ctx, born, asked, limits.expires_at);
    const secret = newKeySecret(environmentOf(ctx.project!));
    const key: ApiKeyEntity = {
      id: newId('key'),
      ...born,
      member_id: memberId,
      role_id: role.id,
      name: input.name,
      status: 'activated',
      suspended_by: null,
      preview: previewOf(secret),
      secret_hash: hashToken(secret),
      previous_hash: null,
      previous_expires_at: null,
      previous_last_used_at: null,
      ...limits,
      expiry_notice_at: nextNotice(limits.expires_at, created_at),
      last_used_at: null,
      last_used_ip: null,
      created_by: ctx.principal!.id,
      regenerated_at: null,
      search_text: searchTextOf(input.name, previewOf(secret)),
    };
    // A member who is being removed must not leave a key behind.
    if (memberId && !(await this.members.lockActive(ctx, projectId, memberId)))
      throw new AppError('not_found');
    await this.roles.giving(this.keys.insert(ctx, key));
    const api_key = await this.items.one(ctx, key);
    ctx.audit.change(keyTarget(key), null, snapshot(api_key));
    return { api_key, secret };
  }

  /**
   * Renames, suspends or activates a key, or changes its role, allow-lists, limits or expiry.
   * @throws AppError `not_found`, `permission_denied`, `invalid_transition`, `permission_escalation`,
   *   `validation_failed`
   */
  async update(ctx: RequestContext, projectId: string, id: string, input: UpdateApiKey): Promise<ApiKey> {
    const stopping = isStop(input);
    const key = await this.held(ctx, projectId, id, { stopping });
    const before = await this.items.one(ctx, key);
    const { expires_at, ...rest } = input;
    const changes: Partial<ApiKeyEntity> = rest;
    if (expires_at !== undefined) {
      changes.expires_at = toDate(expires_at);
      await this.lifetimes.refuseLonger(ctx, key, changes.expires_at);
      if (changes.expires_at?.getTime() !== key.expires_at?.getTime())
        changes.expiry_notice_at = nextNotice(changes.expires_at, new Date());
    }
    if (input.name !== undefined) changes.search_text = searchTextOf(input.name, key.preview);
    if (input.status === 'activated') this.rights.refuseToLift(ctx, key);
    if (input.status !== undefined) changes.suspended_by = this.rights.suspenderOf(ctx, key, input.status);
    if (!stopping) await this.rights.refuseWider(ctx, { ...key, ...changes });
    if (input.role_id !== undefined) await this.roles.assignable(ctx, projectId, input.role_id);
    await this.change(ctx, key, changes);
    const after = await this.items.one(ctx, { ...key, ...changes });
    await this.cascades.rightsLost(ctx, { keyId: id });
    ctx.audit.as(eventOf(key, input)).change(keyTarget(after), snapshot(before), snapshot(after));
    return after;
  }

  /**
   * Gives the key a new secret. The old one ends at once, or after the grace period.
   * @throws AppError `not_found`, `permission_escalation`; `invalid_transition` when it is revoked, or was regenerated
   *   at the same time; `grace_running` while an older secret is in its grace and the caller has not confirmed
   */
  async regenerate(
    ctx: RequestContext,
    projectId: string,
    id: string,
    input: RegenerateApiKey,
  ): Promise<IssuedApiKey> {
    // Who learns the secret can do what the key can; an own key never can do more than its member.
    const before = await this.keys.find(ctx, projectId, id);
    const key = await this.held(ctx, projectId, id, { stopping: false });
    await this.rights.refuseToRegenerate(ctx, key);
    const inGrace = key.previous_expires_at !== null && key.previous_expires_at > new Date();
    if (inGrace && !input.confirm && !ctx.unit?.preview)
      throw new AppError('grace_running', { param: 'confirm' });
    // Of several at once one wins: the others' secrets would be dead on arrival.
    if (before && before.secret_hash !== key.secret_hash)
      throw new AppError('invalid_transition', {
        message: 'Somebody else gave the key a new secret just now.',
      });
    const secret = newKeySecret(environmentOf(ctx.project!));
    const grace = input.grace_period_seconds;
    const preview = previewOf(secret);
    const changes: Partial<ApiKeyEntity> = {
      preview,
      search_text: searchTextOf(key.name, preview),
      regenerated_at: new Date(),
      secret_hash: hashToken(secret),
      previous_hash: grace ? key.secret_hash : null,
      previous_expires_at: grace ? new Date(Date.now() + grace * 1000) : null,
      previous_last_used_at: null,
    };
    await this.change(ctx, key, changes);
    const api_key = await this.items.one(ctx, { ...key, ...changes });
    const expires_at = api_key.previous_secret?.expires_at ?? null;
    ctx.audit.change(
      keyTarget(key),
      { preview: key.preview },
      { preview: api_key.preview, old_one_accepted_until: expires_at },
    );
    return { api_key, secret };
  }

  /** Revokes a key for good. @throws AppError `not_found`, `invalid_transition` when it is already */
  async revoke(ctx: RequestContext, projectId: string, id: string): Promise<{ id: string; deleted: true }> {
    const key = await this.held(ctx, projectId, id, { stopping: true });
    await this.change(ctx, key, { status: 'revoked', previous_hash: null, previous_expires_at: null });
    ctx.audit.change(keyTarget(key), { status: key.status }, { status: 'revoked' });
    await this.cascades.rightsLost(ctx, { keyId: id });
    return { id, deleted: true };
  }

  private async change(
    ctx: RequestContext,
    key: ApiKeyEntity,
    changes: Partial<ApiKeyEntity>,
  ): Promise<void> {
    const done = Object.keys(changes).length
      ? await this.roles.giving(this.keys.update(ctx, key.project_id, key.id, changes))
      : key.status !== 'revoked';
    if (!done)
      throw new AppError('invalid_transition', {
        message: 'The key has been revoked, which cannot be undone.',
      });
  }

  /**
   * A key the caller may change, kept as it is by others until the unit of work ends. To stop it, the permission is
   * enough.
   * @throws AppError `not_found`, `permission_denied`, `permission_escalation`
   */
  private async held(
    ctx: RequestContext,
    projectId: string,
    id: string,
    { stopping }: { stopping: boolean },
  ): Promise<ApiKeyEntity> {
    const found = await this.rights.accessible(ctx, projectId, id, 'api_keys:write');
    if (!stopping) await this.rights.refuseStronger(ctx, found);
    const key = await this.keys.lock(ctx, projectId, id);
    if (!key) throw new AppError('not_found');
    // Once more: this is what nobody changes any more.
    if (!stopping) await this.rights.refuseStronger(ctx, key);
    return key;
  }

  /** @throws AppError `permission_denied` for those who have no keys of their own */
  private ownMembership(ctx: RequestContext): string {
    const id = this.rights.ownMembership(ctx);
    if (!id) throw new AppError('permission_denied');
    return id;
  }

  private async roleFor(
    ctx: RequestContext,
    projectId: string,
    input: CreateApiKey,
    own: boolean,
  ): Promise<Role> {
    if (input.role_id !== undefined) return this.roles.assignable(ctx, projectId, input.role_id);
    const id = own && ctx.role ? ctx.role.id : SYSTEM_ROLES.member.id;
    return this.roles.assignable(ctx, projectId, id);
  }
}

/** What searches find a key by. */
function searchTextOf(name: string, preview: string): string {
  return searchedText(`${name} ${preview}`);
}

function toDate<Absent extends null | undefined>(instant: string | Absent): Date | Absent {
  return typeof instant === 'string' ? new Date(instant) : instant;
}

/** Whether a change does no more than stop the key. */
function isStop(input: UpdateApiKey): boolean {
  return Object.keys(input).join() === 'status' && input.status === 'suspended';
}

function environmentOf(project: ProjectInContext): 'sandbox' | 'production' {
  return project.environment === 'production' ? 'production' : 'sandbox';
}

const target = defineTarget('api_key', { name: ['api_key.name'] });

/** How a key stands in the event log. */
export function keyTarget(key: { id: string; name: string }) {
  return target(key.id, key.name);
}

/** What a change is called in the event log: that a key was stopped must not hide behind a new name. */
function eventOf(key: ApiKeyEntity, input: UpdateApiKey): EventType {
  const ofStatus = input.status !== undefined && input.status !== key.status;
  if (!ofStatus && Object.keys(input).join() !== 'status') return 'api_key.updated';
  return input.status === 'suspended' ? 'api_key.suspended' : 'api_key.activated';
}

/** What the event log says of a key. */
function snapshot(key: ApiKey) {
  const { name, status, role, allowed_ips, allowed_domains, expires_at } = key;
  const { requests_per_minute, requests_per_day } = key;
  const limits = { allowed_ips, allowed_domains, requests_per_minute, requests_per_day };
  return { name, status, role: role.name, ...limits, expires_at };
}
