import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
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

  async findManyByEmail(ctx: RequestContext, emails: string[]): Promise<UserEntity[]> {
    return emails.length ? this.database.read(ctx).findBy(UserEntity, { email: In(emails) }) : [];
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

  async update(ctx: RequestContext, id: string, changes: Partial<UserEntity>): Promise<void> {
    await (await this.database.write(ctx)).update(UserEntity, { id }, changes);
  }

  async adminExists(ctx: RequestContext): Promise<boolean> {
    return this.database.read(ctx).existsBy(UserEntity, { platform_role: 'admin' });
  }
}
