import { Injectable } from '@nestjs/common';
import type { Permission } from '../../kernel/access/permissions.js';
import { AccessCache, type Renewal } from '../../kernel/access-cache/access-cache.js';
import { type HiddenAttributes, NOTHING_HIDDEN } from '../../kernel/context/hidden-attributes.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { instantFromDriver } from '../../kernel/database/instants.js';
import { type Limits, NO_LIMIT } from '../quota/quota-window.js';
import { HiddenFromRoles } from '../roles/hidden-from-roles.service.js';
import { SYSTEM_ROLES } from '../roles/system-roles.js';
import { ApiKeyRepository, type KeyRow } from './api-key.repository.js';
import type { KeyFacts } from './key-facts.js';

const SYSTEM_PERMISSIONS = new Map<string, ReadonlySet<Permission>>(
  Object.values(SYSTEM_ROLES).map(role => [role.id, role.permissions]),
);

/** What a look-up that several requests share reads in. */
const CTX = RequestContext.reading('key look-up');

/** Finds the key behind a presented secret. */
@Injectable()
export class KeyLookup {
  private asked = new Set<string>();
  private loading: Promise<Map<string, KeyRow>> | null = null;
  /** What facts were read from. */
  private readonly rows = new WeakMap<KeyFacts, KeyRow>();

  constructor(
    private readonly keys: ApiKeyRepository,
    private readonly hidden: HiddenFromRoles,
    private readonly cache: AccessCache,
  ) {}

  /**
   * What is known of the key whose secret has this hash (SHA-256, base64url), or null. Remembered for at most a
   * second; at once where it is.
   */
  find(hash: string): KeyFacts | Promise<KeyFacts | null> {
    return this.cache.get<KeyFacts>(hash) ?? this.cache.getOrLoad(hash, () => this.load(hash), this.renewal);
  }

  /** The same, when it is remembered. */
  remembered(hash: string): KeyFacts | undefined {
    return this.cache.get<KeyFacts>(hash);
  }

  /** What is known of a project's key, or null. */
  async findById(ctx: RequestContext, projectId: string, id: string): Promise<KeyFacts | null> {
    const row = await this.keys.findFacts(ctx, projectId, id);
    return row && toFacts(row, row.secret_hash, await this.hiddenFrom(ctx, row));
  }

  /** Looks a key up together with all others that are asked for in this turn of the event loop. */
  private async load(hash: string): Promise<KeyFacts | null> {
    this.loading ??= new Promise<void>(resolve => setImmediate(resolve)).then(() => {
      const hashes = [...this.asked];
      this.loading = null;
      this.asked = new Set();
      return this.keys.findByHashes(CTX, hashes);
    });
    this.asked.add(hash);
    const row = (await this.loading).get(hash);
    return row ? this.factsOf(row, hash) : null;
  }

  private readonly renewal: Renewal = async remembered => {
    const rows = await this.keys.findByHashes(CTX, [...remembered.keys()]);
    const found = new Map<string, KeyFacts>();
    for (const [hash, row] of rows) {
      const before = remembered.get(hash) as KeyFacts;
      found.set(hash, this.isUnchanged(before, row) ? before : await this.factsOf(row, hash));
    }
    return found;
  };

  /** Whether facts that were read from one row are what another says. What is hidden stands in no row. */
  private isUnchanged(before: KeyFacts, row: KeyRow): boolean {
    const known = this.rows.get(before);
    if (!known || Number(row.has_rules)) return false;
    return (Object.keys(row) as (keyof KeyRow)[]).every(column => isSame(known[column], row[column]));
  }

  private async factsOf(row: KeyRow, hash: string): Promise<KeyFacts> {
    const facts = toFacts(row, hash, await this.hiddenFrom(CTX, row));
    this.rows.set(facts, row);
    return facts;
  }

  private async hiddenFrom(ctx: RequestContext, row: KeyRow): Promise<HiddenAttributes> {
    if (!Number(row.has_rules)) return NOTHING_HIDDEN;
    const roles = row.member_role_id === null ? [row.role_id] : [row.role_id, row.member_role_id];
    return this.hidden.of(ctx, row.project_id, roles);
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return one instanceof Date && other instanceof Date ? one.getTime() === other.getTime() : one === other;
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
    used: Boolean(Number(row.used)),
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
    ...limitsOf(row),
  };
}

function limitsOf(row: KeyRow): Pick<KeyFacts, 'quotas' | 'limits'> {
  const shared: Limits = {
    requests_per_minute: Number(row.requests_per_minute),
    requests_per_day: Number(row.requests_per_day),
  };
  const organization = { scope: 'organization', id: row.organization_id, limits: shared } as const;
  if (row.own_per_minute === null && row.own_per_day === null)
    return { quotas: [organization], limits: shared };
  const own: Limits = {
    requests_per_minute: Number(row.own_per_minute ?? NO_LIMIT),
    requests_per_day: Number(row.own_per_day ?? NO_LIMIT),
  };
  return {
    quotas: [organization, { scope: 'api_key', id: row.id, limits: own }],
    limits: {
      requests_per_minute: Math.min(own.requests_per_minute, shared.requests_per_minute),
      requests_per_day: Math.min(own.requests_per_day, shared.requests_per_day),
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
