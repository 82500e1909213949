import { Injectable } from '@nestjs/common';
import { LessThanOrEqual, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { TakesStatements } from '../../kernel/database/batch.js';
import { Database } from '../../kernel/database/database.js';
import { bySize, inPieces } from '../../kernel/database/insert-rows.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { Lists } from '../../kernel/database/lists.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { type KeyFilter, stretchesOf } from './key-list.js';

/** When (milliseconds since 1970) and from where a key was used. */
export interface KeyUse {
  readonly id: string;
  at: number;
  ip: string | null;
  /** The use of the secret before the last regeneration, and until when that is accepted; null when it was not used. */
  previous: { at: number; until: Date } | null;
}

/** One key with what decides about it, as the database answers. */
export interface KeyRow {
  id: string;
  name: string;
  status: ApiKeyEntity['status'];
  secret_hash: string;
  /** The hash of the secret before the last regeneration. */
  previous_hash: string | null;
  expires_at: unknown;
  allowed_ips: string;
  allowed_domains: string;
  /** Whether it was ever used. */
  used: number | string;
  previous_expires_at: unknown;
  member_id: string | null;
  member_status: string | null;
  member_user_status: string | null;
  organization_member_status: string | null;
  member_role_id: string | null;
  member_permissions: string | null;
  role_id: string;
  role_name: string;
  role_permissions: string | null;
  project_id: string;
  organization_id: string;
  project_name: string;
  project_status: string;
  environment: string;
  owner_id: string;
  /** The organization's limits. */
  requests_per_minute: number | string;
  requests_per_day: number | string;
  /** The key's own; null for none. */
  own_per_minute: number | string | null;
  own_per_day: number | string | null;
  /** Whether the project has visibility rules at all. */
  has_rules: number | string;
}

// The hot path of every request with a key: one prepared look-up that joins other modules' tables,
// instead of five through their services.
const KEY_FACTS = `
  SELECT k.id, k.name, k.status, k.secret_hash, k.expires_at, k.allowed_ips, k.allowed_domains,
    k.last_used_at IS NOT NULL AS used, k.previous_hash, k.previous_expires_at,
    k.requests_per_minute AS own_per_minute, k.requests_per_day AS own_per_day, k.member_id, m.status AS member_status, mu.status AS member_user_status,
    om.status AS organization_member_status, m.role_id AS member_role_id,
    mr.permissions AS member_permissions, k.role_id, r.name AS role_name, r.permissions AS role_permissions,
    k.project_id, p.organization_id, p.name AS project_name, p.status AS project_status, p.environment, p.owner_id,
    o.requests_per_minute, o.requests_per_day,
    EXISTS (SELECT 1 FROM visibility_rules v WHERE v.project_id = k.project_id) AS has_rules
  FROM api_keys k
  JOIN projects p ON p.id = k.project_id
  JOIN organizations o ON o.id = p.organization_id
  JOIN roles r ON r.id = k.role_id
  LEFT JOIN members m ON m.id = k.member_id
  LEFT JOIN roles mr ON mr.id = m.role_id
  LEFT JOIN users mu ON mu.id = m.user_id
  LEFT JOIN organization_members om /*! FORCE INDEX (organization_members_user) */
    ON om.user_id = m.user_id AND om.organization_id = p.organization_id
  WHERE `;

/** Keys that one statement looks up. */
const MOST_HASHES = 64;

/** A list filled up to one of few lengths by repeating its last value, so that few statements have to be prepared. */
function padded(values: string[]): string[] {
  let length = 1;
  while (length < values.length) length *= 4;
  return [...values, ...Array<string>(length - values.length).fill(values.at(-1)!)];
}

type Notice = 'expiry_notice_at' | 'expires_at';

/** How many keys that are not revoked a project may have. */
const MOST = 1_000;

@Injectable()
export class ApiKeyRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** The keys whose present or previous secret has one of these hashes, by the hash. */
  async findByHashes(ctx: RequestContext, hashes: readonly string[]): Promise<Map<string, KeyRow>> {
    const found = new Map<string, KeyRow>();
    // Two look-ups by index; with OR, MariaDB would scan.
    for (const column of ['secret_hash', 'previous_hash'] as const) {
      const missing = hashes.filter(hash => !found.has(hash));
      for (let start = 0; start < missing.length; start += MOST_HASHES) {
        // Others go first where many are looked up.
        if (start > 0) await new Promise(resolve => setImmediate(resolve));
        const some = padded(missing.slice(start, start + MOST_HASHES));
        const sql = `${KEY_FACTS} k.${column} IN (${some.map(() => '?').join(', ')})`;
        const rows = await this.database.read(ctx).query<KeyRow[]>(sql, some);
        for (const row of rows) found.set(row[column]!, row);
      }
    }
    return found;
  }

  /** One key of a project with what decides about it. */
  async findFacts(ctx: RequestContext, projectId: string, id: string): Promise<KeyRow | null> {
    const sql = `${KEY_FACTS} k.project_id = ? AND k.id = ?`;
    const [row] = await this.database.read(ctx).query<KeyRow[]>(sql, [projectId, id]);
    return row ?? null;
  }

  find(ctx: RequestContext, projectId: string, id: string): Promise<ApiKeyEntity | null> {
    return this.database.read(ctx).findOneBy(ApiKeyEntity, { id, project_id: projectId });
  }

  /** The key, kept as it is by others until the unit of work ends. */
  lock(ctx: RequestContext, projectId: string, id: string): Promise<ApiKeyEntity | null> {
    return this.database.lock(ctx, ApiKeyEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<ApiKeyEntity | null> {
    return this.database.read(ctx).findOneBy(ApiKeyEntity, { id });
  }

  /** Newest first, one row more than `limit`. `now` decides what has expired. */
  newest(
    ctx: RequestContext,
    projectId: string,
    filter: KeyFilter,
    now: Date,
    limit: number,
    after: string | null,
  ): Promise<ApiKeyEntity[]> {
    const stretches = stretchesOf(projectId, filter, now).map(stretch => ({ ...stretch, before: after }));
    return this.lists.newest(ctx, ApiKeyEntity, stretches, limit + 1);
  }

  count(ctx: RequestContext, projectId: string, filter: KeyFilter, now: Date): Promise<number> {
    return this.lists.total(ctx, stretchesOf(projectId, filter, now));
  }

  /** The first key that a project ever had, or null. */
  oldest(ctx: RequestContext, projectId: string): Promise<ApiKeyEntity | null> {
    return this.database
      .read(ctx)
      .findOne(ApiKeyEntity, { where: { project_id: projectId }, order: { id: 'ASC' } });
  }

  /** Active keys of a project, how many of them need somebody's attention, and the first that does. */
  async health(
    ctx: RequestContext,
    projectId: string,
    { expiringBy, unusedSince }: { expiringBy: Date; unusedSince: Date },
  ): Promise<{ active: number; ailing: number; firstAiling: string | null }> {
    const ails = '(k.expires_at <= :expiringBy OR (k.last_used_at IS NULL AND k.created_at <= :unusedSince))';
    const row = await this.database
      .read(ctx)
      .createQueryBuilder(ApiKeyEntity, 'k')
      .select('COUNT(*)', 'active')
      .addSelect(`SUM(CASE WHEN ${ails} THEN 1 ELSE 0 END)`, 'ailing')
      .addSelect(`MIN(CASE WHEN ${ails} THEN k.id END)`, 'first_ailing')
      .where("k.project_id = :projectId AND k.status = 'activated'", { projectId, expiringBy, unusedSince })
      .getRawOne<{ active: number | string; ailing: number | string | null; first_ailing: string | null }>();
    return {
      active: Number(row!.active),
      ailing: Number(row!.ailing ?? 0),
      firstAiling: row!.first_ailing,
    };
  }

  /** Active keys whose next notice of their expiry is due, those that have waited longest first. */
  noticeDue(ctx: RequestContext, now: Date, limit: number): Promise<ApiKeyEntity[]> {
    return this.database.read(ctx).find(ApiKeyEntity, {
      where: { status: 'activated', expiry_notice_at: LessThanOrEqual(now) },
      order: { expiry_notice_at: 'ASC' },
      take: limit,
    });
  }

  /** Notes when a key's next notice is due; false when somebody has changed that, its expiry or its status. */
  async moveNotice(ctx: RequestContext, key: ApiKeyEntity, to: Date | null): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const { id, expiry_notice_at, expires_at } = key as ApiKeyEntity & Record<Notice, Date>;
    const which = { id, status: 'activated' as const, expiry_notice_at, expires_at };
    return (await manager.update(ApiKeyEntity, which, { expiry_notice_at: to })).affected === 1;
  }

  /** @throws AppError `limit_reached` */
  async insert(ctx: RequestContext, key: ApiKeyEntity): Promise<void> {
    await this.database.refuseBeyond(
      ctx,
      ApiKeyEntity,
      { project_id: key.project_id, status: Not('revoked' as const) },
      MOST,
    );
    await (await this.database.write(ctx)).insert(ApiKeyEntity, key);
  }

  /** Changes a key unless it is revoked; false when it is. */
  async update(
    ctx: RequestContext,
    projectId: string,
    id: string,
    changes: Partial<ApiKeyEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, project_id: projectId, status: Not('revoked' as const) };
    return (await manager.update(ApiKeyEntity, which, changes)).affected === 1;
  }

  /** Gives every key that holds one role another; answers how many they were. */
  async replaceRole(ctx: RequestContext, projectId: string, from: string, to: string): Promise<number> {
    const manager = await this.database.write(ctx);
    const which = { project_id: projectId, role_id: from };
    const usable = { ...which, status: Not('revoked' as const) };
    const { affected } = await manager.update(ApiKeyEntity, usable, { role_id: to });
    // Revoked keys are listed with their role too.
    await manager.update(ApiKeyEntity, which, { role_id: to });
    return affected ?? 0;
  }

  /** Notes the last uses of keys, by any secret and by the one before; an older note never replaces a newer one. */
  async markUsed(into: TakesStatements, uses: readonly KeyUse[]): Promise<void> {
    for (const piece of inPieces(uses, into, 64)) {
      const values: { ip: unknown[]; at: unknown[] } = { ip: [], at: [] };
      for (const use of piece) {
        const at = instantForDriver(this.database.kind, new Date(use.at));
        values.ip.push(use.id, at, use.ip);
        values.at.push(use.id, at, at);
      }
      const ids = piece.map(({ id }) => id);
      await into.query(markingUsed(piece.length), [...values.ip, ...values.at, ...ids]);
    }
    for (const { id, previous } of uses) if (previous) await this.markPreviousUsed(into, id, previous);
  }

  private async markPreviousUsed(
    into: TakesStatements,
    id: string,
    previous: { at: number; until: Date },
  ): Promise<void> {
    const instant = (at: Date) => instantForDriver(this.database.kind, at);
    const at = instant(new Date(previous.at));
    // Regenerated meanwhile, the key has another secret before the present one.
    await into.query(
      'UPDATE api_keys SET previous_last_used_at = ? WHERE id = ? AND previous_expires_at = ? ' +
        'AND (previous_last_used_at IS NULL OR previous_last_used_at <= ?)',
      [at, id, instant(previous.until), at],
    );
  }

  /** Revokes a member's own keys for good; answers which, as they were. */
  async revokeOfMember(
    ctx: RequestContext,
    projectId: string,
    memberId: string,
  ): Promise<Pick<ApiKeyEntity, 'id' | 'name' | 'status'>[]> {
    const manager = await this.database.write(ctx);
    const which = { project_id: projectId, member_id: memberId, status: Not('revoked' as const) };
    const keys = await manager.find(ApiKeyEntity, {
      select: { id: true, name: true, status: true },
      where: which,
      order: { id: 'ASC' },
    });
    const revoked = { status: 'revoked' as const, previous_hash: null, previous_expires_at: null };
    await manager.update(ApiKeyEntity, which, revoked);
    return keys;
  }
}

const markingUsed = bySize(keys => {
  const which = 'WHEN id = ? AND (last_used_at IS NULL OR last_used_at <= ?) THEN';
  // An address that is not known does not replace the last one that is. It comes first, as MySQL assigns one after the
  // other.
  return (
    `UPDATE api_keys SET last_used_ip = CASE ${`${which} COALESCE(?, last_used_ip) `.repeat(keys)}ELSE last_used_ip END, ` +
    `last_used_at = CASE ${`${which} ? `.repeat(keys)}ELSE last_used_at END WHERE id IN (${Array(keys).fill('?').join(', ')})`
  );
});
