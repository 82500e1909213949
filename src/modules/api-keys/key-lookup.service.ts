import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { Permission } from '../../kernel/access/permissions.js';
import { AccessCache } from '../../kernel/access-cache/access-cache.js';
import { instantFromDriver } from '../../kernel/database/instants.js';
import { NOTHING_HIDDEN, type HiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import { HiddenFromRoles } from '../roles/hidden-from-roles.service.js';
import { SYSTEM_ROLES } from '../roles/system-roles.js';
import { ApiKeyRepository, type KeyRow } from './api-key.repository.js';
import type { KeyFacts } from './key-facts.js';

const SYSTEM_PERMISSIONS = new Map<string, ReadonlySet<Permission>>(
  Object.values(SYSTEM_ROLES).map(role => [role.id, role.permissions]),
);

/** Finds the key behind a presented secret. */
@Injectable()
export class KeyLookup {
  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly hidden: HiddenFromRoles,
    private readonly cache: AccessCache,
  ) {}

  /** What is known of the key whose secret has this hash (SHA-256, base64url), or null. */
  async find(hash: string): Promise<KeyFacts | null> {
    const row = await this.keys.findByHash(hash);
    return row && toFacts(row, hash, await this.hiddenFrom(row));
  }

  /** The same, remembered for at most a second, and then answered at once. */
  findRecent(hash: string): KeyFacts | Promise<KeyFacts | null> {
    const entry = `facts ${hash}`;
    return this.cache.get<KeyFacts>(entry) ?? this.cache.getOrLoad(entry, () => this.find(hash));
  }

  /** What is known of a project's key, or null. */
  async findById(ctx: RequestContext | null, projectId: string, id: string): Promise<KeyFacts | null> {
    const row = await this.keys.findFacts(ctx, projectId, id);
    return row && toFacts(row, row.secret_hash, await this.hiddenFrom(row, ctx));
  }

  private async hiddenFrom(row: KeyRow, ctx: RequestContext | null = null): Promise<HiddenAttributes> {
    if (!Number(row.has_rules)) return NOTHING_HIDDEN;
    const roles = row.member_role_id === null ? [row.role_id] : [row.role_id, row.member_role_id];
    return this.hidden.of(ctx, row.project_id, roles);
  }
}

function toFacts(row: KeyRow, hash: string, hidden: HiddenAttributes): KeyFacts {
  const own = permissionsOf(row.role_id, row.role_permissions);
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    expiresAt: instantFromDriver(row.expires_at),
    allowedIps: JSON.parse(row.allowed_ips) as string[],
    allowedDomains: JSON.parse(row.allowed_domains) as string[],
    lastUsedAt: instantFromDriver(row.last_used_at),
    previousSecretUntil: row.secret_hash === hash ? null : instantFromDriver(row.previous_expires_at),
    memberId: row.member_id,
    memberStoppedIn: row.member_id === null ? null : stopOfMember(row),
    project: {
      id: row.project_id,
      organizationId: row.organization_id,
      name: row.project_name,
      status: row.project_status,
      environment: row.environment,
      ownerId: row.owner_id,
    },
    role: { id: row.role_id, name: row.role_name },
    permissions:
      row.member_role_id === null
        ? own
        : shared(own, permissionsOf(row.member_role_id, row.member_permissions)),
    hidden,
    limits: {
      requests_per_minute: Number(row.requests_per_minute),
      requests_per_day: Number(row.requests_per_day),
    },
  };
}

/** Where the member is stopped: in this team, in the whole organization, or everywhere. */
function stopOfMember(row: KeyRow): KeyFacts['memberStoppedIn'] {
  if (row.member_user_status !== 'activated') return 'account';
  if (row.organization_member_status === 'suspended') return 'organization';
  return row.member_status === 'active' ? null : 'team';
}

function permissionsOf(roleId: string, custom: string | null): ReadonlySet<Permission> {
  return SYSTEM_PERMISSIONS.get(roleId) ?? new Set(JSON.parse(custom ?? '[]') as Permission[]);
}

/** A member's own key can never do more than the member. */
function shared(one: ReadonlySet<Permission>, other: ReadonlySet<Permission>): ReadonlySet<Permission> {
  return new Set([...one].filter(permission => other.has(permission)));
}
