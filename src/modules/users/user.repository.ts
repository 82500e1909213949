import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { UserEntity } from './user.entity.js';

@Injectable()
export class UserRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, id: string): Promise<UserEntity | null> {
    return this.database.read(ctx).findOneBy(UserEntity, { id });
  }

  findByEmail(ctx: RequestContext, email: string): Promise<UserEntity | null> {
    return this.database.read(ctx).findOneBy(UserEntity, { email });
  }

  async findMany(ctx: RequestContext, ids: string[]): Promise<UserEntity[]> {
    if (ids.length === 0) return [];
    const query = this.database.read(ctx).createQueryBuilder(UserEntity, 'u');
    return query.where('u.id IN (:...ids)', { ids }).getMany();
  }

  async insert(ctx: RequestContext, user: UserEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(UserEntity, user);
  }

  /** Changes the user only while in the given status. */
  async updateWhile(
    ctx: RequestContext,
    id: string,
    status: UserEntity['status'],
    changes: Partial<UserEntity>,
  ): Promise<boolean> {
    const result = await (await this.database.write(ctx)).update(UserEntity, { id, status }, changes);
    return result.affected === 1;
  }

  /** Sets a password hash, unless somebody else has changed it since `before` was read. */
  async replacePassword(ctx: RequestContext, id: string, before: string, after: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const changes = { password_hash: after, password_change_required: false };
    const result = await manager.update(UserEntity, { id, password_hash: before }, changes);
    return result.affected === 1;
  }

  async update(ctx: RequestContext, id: string, changes: Partial<UserEntity>): Promise<void> {
    await (await this.database.write(ctx)).update(UserEntity, { id }, changes);
  }

  async adminExists(ctx: RequestContext): Promise<boolean> {
    return this.database.read(ctx).existsBy(UserEntity, { platform_role: 'admin' });
  }
}
