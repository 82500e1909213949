import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan, type SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import type { LostRights } from '../../kernel/facets/cascades.js';
import { InvitationEntity, type InvitationStatus } from './invitation.entity.js';
import type { InvitationTarget } from './invitation-acceptor.js';

/** Whose invitations a list shows: a target's, or those to one e-mail address. */
export type InvitationScope = { readonly target: InvitationTarget } | { readonly email: string };

@Injectable()
export class InvitationRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, target: InvitationTarget, id: string): Promise<InvitationEntity | null> {
    return this.database.read(ctx).findOneBy(InvitationEntity, { id, ...columnOf(target) });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<InvitationEntity | null> {
    return this.database.read(ctx).findOneBy(InvitationEntity, { id });
  }

  /** An invitation to this address that has not expired, whatever became of it. */
  findFor(ctx: RequestContext, email: string, id: string, now: Date): Promise<InvitationEntity | null> {
    return this.database.read(ctx).findOneBy(InvitationEntity, { id, email, expires_at: MoreThan(now) });
  }

  findLiveByToken(ctx: RequestContext, tokenHash: string, now: Date): Promise<InvitationEntity | null> {
    return this.database
      .read(ctx)
      .findOneBy(InvitationEntity, { token_hash: tokenHash, status: 'pending', expires_at: MoreThan(now) });
  }

  findPending(ctx: RequestContext, pendingKey: string): Promise<InvitationEntity | null> {
    return this.database.read(ctx).findOneBy(InvitationEntity, { pending_key: pendingKey });
  }

  /** Whether an address is invited to anything at the moment. */
  hasPending(ctx: RequestContext, email: string, now: Date): Promise<boolean> {
    return this.database
      .read(ctx)
      .existsBy(InvitationEntity, { email, status: 'pending', expires_at: MoreThan(now) });
  }

  async insert(ctx: RequestContext, invitation: InvitationEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(InvitationEntity, invitation);
  }

  /**
   * Changes an invitation only while it is pending with this very token: of two that race (accept beside
   * revoke, beside resend, beside another accept), one has an effect.
   */
  async updatePending(
    ctx: RequestContext,
    { id, token_hash }: Pick<InvitationEntity, 'id' | 'token_hash'>,
    changes: Partial<InvitationEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    if (token_hash === null) return false;
    const which = { id, token_hash, status: 'pending' as const };
    return (await manager.update(InvitationEntity, which, changes)).affected === 1;
  }

  /** Takes pending invitations back; answers how many still were. */
  async revokePending(ctx: RequestContext, ids: string[]): Promise<number> {
    const manager = await this.database.write(ctx);
    const which = { id: In(ids), status: 'pending' as const };
    const changes = { status: 'revoked' as const, token_hash: null, pending_key: null };
    return (await manager.update(InvitationEntity, which, changes)).affected ?? 0;
  }

  /** The pending invitations that a user, also by own keys, or a key has given, or those to a project or an organization. */
  async pendingGiven(ctx: RequestContext, whose: LostRights): Promise<InvitationEntity[]> {
    const pending = { status: 'pending' as const };
    const reader = this.database.read(ctx);
    if ('projectId' in whose)
      return reader.findBy(InvitationEntity, { ...pending, project_id: whose.projectId });
    if ('organizationId' in whose)
      return reader.findBy(InvitationEntity, { ...pending, organization_id: whose.organizationId });
    if ('keyId' in whose) return reader.findBy(InvitationEntity, { ...pending, invited_by: whose.keyId });
    const { userId } = whose;
    const own = await reader.findBy(InvitationEntity, { ...pending, invited_by: userId });
    // A statement of its own: joined by OR, the two would be a scan.
    const ofKeys =
      'SELECT k.id FROM api_keys k JOIN members m ON m.id = k.member_id WHERE m.user_id = :userId';
    const byKeys = await reader
      .createQueryBuilder(InvitationEntity, 'i')
      .where(`i.invited_by IN (${ofKeys}) AND i.status = 'pending'`, { userId })
      .getMany();
    return [...own, ...byKeys];
  }

  /** Gives every pending invitation of a project to one role another one; settled ones keep what they were to. */
  async replaceRole(
    ctx: RequestContext,
    projectId: string,
    role: string,
    replacement: string,
  ): Promise<number> {
    const manager = await this.database.write(ctx);
    const which = { project_id: projectId, role, status: 'pending' as const };
    return (await manager.update(InvitationEntity, which, { role: replacement })).affected ?? 0;
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    scope: InvitationScope,
    status: InvitationStatus | undefined,
    now: Date,
    limit: number,
    after: string | null,
  ): Promise<InvitationEntity[]> {
    const query = this.matching(ctx, scope, status, now);
    if (after) query.andWhere('i.id < :after', { after });
    return query
      .orderBy('i.id', 'DESC')
      .limit(limit + 1)
      .getMany();
  }

  count(
    ctx: RequestContext,
    scope: InvitationScope,
    status: InvitationStatus | undefined,
    now: Date,
  ): Promise<number> {
    return this.matching(ctx, scope, status, now).getCount();
  }

  /** How many invitations to a project expired before an instant without having been settled. */
  countExpired(ctx: RequestContext, projectId: string, before: Date): Promise<number> {
    return this.lists.count(ctx, [
      {
        ...{ table: 'invitations', index: 'invitations_project', id: 'id', equal: { project_id: projectId } },
        where: {
          sql: "t.status IN ('pending', 'expired') AND t.expires_at < ?",
          parameters: [before.toISOString().replace('T', ' ').slice(0, -1)],
        },
      },
    ]);
  }

  /** Deletes the oldest of those, at most so many; answers how many. */
  async deleteExpired(ctx: RequestContext, projectId: string, before: Date, limit: number): Promise<number> {
    const manager = await this.database.write(ctx);
    const expired = {
      project_id: projectId,
      status: In<InvitationStatus>(['pending', 'expired']),
      expires_at: LessThan(before),
    };
    const rows = await manager.find(InvitationEntity, {
      select: { id: true },
      where: expired,
      order: { id: 'ASC' },
      take: limit,
    });
    if (rows.length === 0) return 0;
    // Sent again meanwhile, one is not expired any more.
    const which = { ...expired, id: In(rows.map(({ id }) => id)) };
    return (await manager.delete(InvitationEntity, which)).affected ?? 0;
  }

  /** All that are pending, newest first. */
  allPending(ctx: RequestContext, target: InvitationTarget): Promise<InvitationEntity[]> {
    return this.database
      .read(ctx)
      .find(InvitationEntity, { where: { ...columnOf(target), status: 'pending' }, order: { id: 'DESC' } });
  }

  private matching(
    ctx: RequestContext,
    scope: InvitationScope,
    status: InvitationStatus | undefined,
    now: Date,
  ): SelectQueryBuilder<InvitationEntity> {
    const query = this.database.read(ctx).createQueryBuilder(InvitationEntity, 'i');
    if ('email' in scope) query.andWhere('i.email = :email', scope);
    else query.andWhere(`i.${scope.target.kind}_id = :id`, scope.target);
    // Expiry needs no job: it is read from the clock.
    if (status === 'pending') query.andWhere("i.status = 'pending' AND i.expires_at > :now", { now });
    else if (status === 'expired')
      query.andWhere("(i.status = 'expired' OR (i.status = 'pending' AND i.expires_at <= :now))", { now });
    else if (status) query.andWhere('i.status = :status', { status });
    return query;
  }
}

function columnOf({ kind, id }: InvitationTarget): { project_id: string } | { organization_id: string } {
  return kind === 'project' ? { project_id: id } : { organization_id: id };
}
