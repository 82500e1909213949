import { Injectable } from '@nestjs/common';
import type { ProjectInContext, RequestContext } from '../../kernel/context/request-context.js';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { EventType } from '../../kernel/event-log/event-types.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { RoleService } from '../roles/role.service.js';
import { orViewer, type Role, SYSTEM_ROLES } from '../roles/system-roles.js';
import { MemberService } from '../teams/member.service.js';
import {
  type ApiKey,
  type CreateApiKey,
  type IssuedApiKey,
  type ListApiKeys,
  type RegenerateApiKey,
  toApiKey,
  type UpdateApiKey,
} from './api-key.dto.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyRepository } from './api-key.repository.js';
import { KeyRights } from './key-rights.service.js';
import { newKeySecret, previewOf } from './key-secret.js';

/** API keys: issued, listed, changed, regenerated, revoked. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly rights: KeyRights,
    private readonly roles: RoleService,
    private readonly members: MemberService,
    private readonly cascades: Cascades,
  ) {}

  /** All keys for those who may read them, else the caller's own. @throws AppError `permission_denied` */
  async list(ctx: RequestContext, projectId: string, query: ListApiKeys): Promise<Page<ApiKey>> {
    const memberId = ctx.can('api_keys:read') ? null : this.ownMembership(ctx);
    const rows = await this.keys.list(ctx, projectId, memberId, query.limit, decodeCursor(query.cursor));
    const roles = await this.roles.findMany(
      ctx,
      projectId,
      rows.map(row => row.role_id),
    );
    const now = new Date();
    const toItem = (row: ApiKeyEntity) => toItemOf(row, orViewer(roles.get(row.role_id)), now);
    return paginate(rows, query.limit, await this.keys.count(ctx, projectId, memberId), toItem);
  }

  /** @throws AppError `not_found`, also for somebody else's key when the caller may see only their own */
  async get(ctx: RequestContext, projectId: string, id: string): Promise<ApiKey> {
    return this.item(ctx, await this.rights.accessible(ctx, projectId, id, 'api_keys:read'));
  }

  /**
   * Issues a key; its secret is in the answer and nowhere else.
   * @throws AppError `permission_denied`, `permission_escalation`, `validation_failed`
   */
  async create(ctx: RequestContext, projectId: string, input: CreateApiKey): Promise<IssuedApiKey> {
    const memberId = input.member ? this.ownMembership(ctx) : null;
    if (!memberId && !ctx.can('api_keys:write')) throw new AppError('permission_denied');
    const role = await this.roleFor(ctx, projectId, input, memberId !== null);
    const limits = await this.rights.limitsOfNew(ctx, { ...input, expires_at: toDate(input.expires_at) });
    const secret = newKeySecret(environmentOf(ctx.project!));
    const key: ApiKeyEntity = {
      id: newId('key'),
      project_id: projectId,
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
      allowed_ips: limits.allowed_ips,
      allowed_domains: limits.allowed_domains,
      expires_at: limits.expires_at,
      last_used_at: null,
      last_used_ip: null,
      created_by: ctx.principal!.id,
      created_at: new Date(),
    };
    // A member who is being removed must not leave a key behind.
    if (memberId && !(await this.members.lockActive(ctx, projectId, memberId)))
      throw new AppError('not_found');
    await this.roles.giving(this.keys.insert(ctx, key));
    const api_key = toApiKey(key, role.name, new Date());
    ctx.audit.change(keyTarget(key), null, snapshot(api_key));
    return { api_key, secret };
  }

  /**
   * Renames, suspends or activates a key, or changes its role, allow-lists or expiry.
   * @throws AppError `not_found`, `permission_denied`, `invalid_transition`, `permission_escalation`,
   *   `validation_failed`
   */
  async update(ctx: RequestContext, projectId: string, id: string, input: UpdateApiKey): Promise<ApiKey> {
    const stopping = isStop(input);
    const key = await this.held(ctx, projectId, id, { stopping });
    const before = await this.item(ctx, key);
    const { expires_at, ...rest } = input;
    const changes: Partial<ApiKeyEntity> = rest;
    if (expires_at !== undefined) changes.expires_at = toDate(expires_at);
    if (input.status === 'activated') this.rights.refuseToLift(ctx, key);
    if (input.status !== undefined && input.status !== key.status)
      changes.suspended_by = input.status === 'suspended' ? this.rights.powerOver(ctx) : null;
    if (!stopping) await this.rights.refuseWider(ctx, { ...key, ...changes });
    if (input.role_id !== undefined) await this.roles.assignable(ctx, projectId, input.role_id);
    await this.change(ctx, key, changes);
    const after = await this.item(ctx, { ...key, ...changes });
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
    const changes: Partial<ApiKeyEntity> = {
      preview: previewOf(secret),
      secret_hash: hashToken(secret),
      previous_hash: grace ? key.secret_hash : null,
      previous_expires_at: grace ? new Date(Date.now() + grace * 1000) : null,
      previous_last_used_at: null,
    };
    await this.change(ctx, key, changes);
    const api_key = await this.item(ctx, { ...key, ...changes });
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

  private async item(ctx: RequestContext, key: ApiKeyEntity): Promise<ApiKey> {
    const role = await this.roles.find(ctx, key.project_id, key.role_id);
    return toItemOf(key, orViewer(role), new Date());
  }
}

function toItemOf(key: ApiKeyEntity, role: Role, now: Date): ApiKey {
  return toApiKey({ ...key, role_id: role.id }, role.name, now);
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
function snapshot({ name, status, role, allowed_ips, allowed_domains, expires_at }: ApiKey) {
  return { name, status, role: role.name, allowed_ips, allowed_domains, expires_at };
}
