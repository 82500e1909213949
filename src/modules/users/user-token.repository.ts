import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';
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

  /** Ends every token a user has for one purpose. */
  async deleteOfUser(
    ctx: RequestContext,
    userId: string,
    purpose: UserTokenEntity['purpose'],
  ): Promise<void> {
    await (await this.database.write(ctx)).delete(UserTokenEntity, { user_id: userId, purpose });
  }

  /** Uses the token up; false when somebody else just did. */
  async consume(ctx: RequestContext, id: string): Promise<boolean> {
    const result = await (await this.database.write(ctx)).delete(UserTokenEntity, { id });
    return result.affected === 1;
  }
}
