import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { UserTokenEntity } from './user-token.entity.js';

@Injectable()
export class UserTokenRepository {
  constructor(private readonly database: Database) {}

  async insert(ctx: RequestContext, token: UserTokenEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(UserTokenEntity, token);
  }

  findLive(
    ctx: RequestContext,
    purpose: UserTokenEntity['purpose'],
    hash: string,
    now: Date,
  ): Promise<UserTokenEntity | null> {
    return this.database
      .read(ctx)
      .findOneBy(UserTokenEntity, { purpose, token_hash: hash, expires_at: MoreThan(now) });
  }

  /** Ends every token a user has, for one purpose or for all. */
  async deleteOfUser(
    ctx: RequestContext,
    userId: string,
    purpose?: UserTokenEntity['purpose'],
  ): Promise<void> {
    const which = { user_id: userId, ...(purpose ? { purpose } : {}) };
    await (await this.database.write(ctx)).delete(UserTokenEntity, which);
  }

  /** Uses the token up; false when somebody else just did. */
  async consume(ctx: RequestContext, id: string): Promise<boolean> {
    const result = await (await this.database.write(ctx)).delete(UserTokenEntity, { id });
    return result.affected === 1;
  }

  /** Deletes at most `limit` tokens that expired before `before`; answers how many were found. */
  async deleteExpired(ctx: RequestContext, before: Date, limit: number): Promise<number> {
    // Found first, by a read without locks: no index leads to them, and a DELETE would lock all it passes.
    const expired = await this.database
      .read(ctx)
      .find(UserTokenEntity, { select: { id: true }, where: { expires_at: LessThan(before) }, take: limit });
    const ids = expired.map(({ id }) => id);
    if (ids.length) await (await this.database.write(ctx)).delete(UserTokenEntity, { id: In(ids) });
    return ids.length;
  }
}
