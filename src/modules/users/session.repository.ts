import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import type { TakesStatements } from '../../kernel/database/batch.js';
import { Database } from '../../kernel/database/database.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { SessionEntity } from './session.entity.js';
import { UserEntity } from './user.entity.js';

/** A session lives until its end, and while it was used since `idleSince`. */
export interface Liveness {
  now: Date;
  idleSince: Date;
}

@Injectable()
export class SessionRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: RequestContext, session: SessionEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(SessionEntity, session);
  }

  /** The live session behind a token hash, with its user. */
  async findLive(
    ctx: RequestContext,
    tokenHash: string,
    now: Date,
    idleSince: Date,
  ): Promise<{ session: SessionEntity; user: UserEntity } | null> {
    const reader = this.database.read(ctx);
    const session = await reader.findOneBy(SessionEntity, {
      token_hash: tokenHash,
      expires_at: MoreThan(now),
      last_seen_at: MoreThan(idleSince),
    });
    if (!session) return null;
    const user = await reader.findOneBy(UserEntity, { id: session.user_id });
    return user && { session, user };
  }

  /** Newest first, one more than `limit`; live ones only. */
  listLive(
    ctx: RequestContext,
    userId: string,
    { now, idleSince }: Liveness,
    limit: number,
    after: string | null,
  ): Promise<SessionEntity[]> {
    return this.database.read(ctx).find(SessionEntity, {
      where: { ...live(userId, now, idleSince), ...(after ? { id: LessThan(after) } : {}) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
  }

  countLive(ctx: RequestContext, userId: string, { now, idleSince }: Liveness): Promise<number> {
    return this.database.read(ctx).countBy(SessionEntity, live(userId, now, idleSince));
  }

  find(ctx: RequestContext, userId: string, id: string): Promise<SessionEntity | null> {
    return this.database.read(ctx).findOneBy(SessionEntity, { id, user_id: userId });
  }

  /** Notes when sessions were last used. */
  async touch(into: TakesStatements, seen: readonly { id: string; at: Date }[]): Promise<void> {
    for (const { id, at } of seen) {
      const instant = instantForDriver(this.database.kind, at);
      await into.query('UPDATE sessions SET last_seen_at = ? WHERE id = ?', [instant, id]);
    }
  }

  async delete(ctx: RequestContext, id: string): Promise<boolean> {
    const result = await (await this.database.write(ctx)).delete(SessionEntity, { id });
    return result.affected === 1;
  }

  /** Ends every session of the user, but for `exceptId`; answers how many. */
  async deleteOfUser(ctx: RequestContext, userId: string, exceptId: string | null = null): Promise<number> {
    const manager = await this.database.write(ctx);
    const which = exceptId ? { user_id: userId, id: Not(exceptId) } : { user_id: userId };
    return (await manager.delete(SessionEntity, which)).affected ?? 0;
  }

  /**
   * Deletes at most `limit` sessions whose absolute end was before `before`, idle ones among them; answers how
   * many were found.
   */
  async deleteExpired(ctx: RequestContext, before: Date, limit: number): Promise<number> {
    const expired = await this.database
      .read(ctx)
      .find(SessionEntity, { select: { id: true }, where: { expires_at: LessThan(before) }, take: limit });
    const ids = expired.map(({ id }) => id);
    if (ids.length) await (await this.database.write(ctx)).delete(SessionEntity, { id: In(ids) });
    return ids.length;
  }
}

function live(userId: string, now: Date, idleSince: Date) {
  return { user_id: userId, expires_at: MoreThan(now), last_seen_at: MoreThan(idleSince) };
}
