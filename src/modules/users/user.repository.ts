import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { contains } from '../../kernel/text/search.js';
import { UserEntity, type UserStatus } from './user.entity.js';

@Injectable()
export class UserRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, id: string): Promise<UserEntity | null> {
    return this.database.read(ctx).findOneBy(UserEntity, { id });
  }

  /** The account an address belongs to now: no deleted one. */
  findByEmail(ctx: RequestContext, email: string): Promise<UserEntity | null> {
    return this.database.read(ctx).findOneBy(UserEntity, { current_email: email });
  }

  async findMany(ctx: RequestContext, ids: string[]): Promise<UserEntity[]> {
    if (ids.length === 0) return [];
    const query = this.database.read(ctx).createQueryBuilder(UserEntity, 'u');
    return query.where('u.id IN (:...ids)', { ids }).getMany();
  }

  async insert(ctx: RequestContext, user: UserEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(UserEntity, user);
  }

  /** Changes the user only while in one of the given statuses; false when it was in none. */
  async updateWhile(
    ctx: RequestContext,
    id: string,
    statuses: readonly UserStatus[],
    changes: Partial<UserEntity>,
  ): Promise<boolean> {
    const which = { id, status: In([...statuses]) };
    return (await (await this.database.write(ctx)).update(UserEntity, which, changes)).affected === 1;
  }

  /** The user, whose row nobody else changes until the unit of work ends. */
  lock(ctx: RequestContext, id: string): Promise<UserEntity | null> {
    return this.database.lock(ctx, UserEntity, { id });
  }

  /** Lets nobody else change who is platform admin until the unit of work ends. */
  async lockAdmins(ctx: RequestContext): Promise<void> {
    await this.database.lockAll(ctx, UserEntity, { platform_role: 'admin' });
  }

  /** Active platform admins other than `id`. */
  countOtherAdmins(ctx: RequestContext, id: string): Promise<number> {
    return this.database
      .read(ctx)
      .countBy(UserEntity, { platform_role: 'admin', status: 'activated', id: Not(id) });
  }

  /** Active platform admins, oldest first, at most so many. */
  admins(ctx: RequestContext, limit: number): Promise<UserEntity[]> {
    return this.database.read(ctx).find(UserEntity, {
      where: { platform_role: 'admin', status: 'activated' },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** Newest first, one row more than `limit`; without a status, all but deleted ones. */
  list(
    ctx: RequestContext,
    filter: { status?: UserStatus; q?: string },
    limit: number,
    after: string | null,
  ): Promise<UserEntity[]> {
    const statuses: UserStatus[] = filter.status ? [filter.status] : ['new', 'activated', 'suspended'];
    const stretches = statuses.map(status => ({ ...inStatus(status, filter.q), before: after }));
    return this.lists.newest(ctx, UserEntity, stretches, limit + 1);
  }

  /** How many users of each status match. */
  async countByStatus(ctx: RequestContext, q: string | undefined): Promise<Record<UserStatus, number>> {
    const count = (status: UserStatus) => this.lists.count(ctx, [inStatus(status, q)]);
    return {
      new: await count('new'),
      activated: await count('activated'),
      suspended: await count('suspended'),
      deleted: await count('deleted'),
    };
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

  async firstAdmin(ctx: RequestContext): Promise<string | null> {
    const where = { platform_role: 'admin', status: 'activated' } as const;
    const [first] = await this.database
      .read(ctx)
      .find(UserEntity, { select: { id: true }, where, order: { id: 'ASC' }, take: 1 });
    return first?.id ?? null;
  }

  async adminExists(ctx: RequestContext): Promise<boolean> {
    return this.database.read(ctx).existsBy(UserEntity, { platform_role: 'admin' });
  }
}

function inStatus(status: UserStatus, q: string | undefined): Stretch {
  return {
    table: 'users',
    index: 'users_status',
    id: 'id',
    equal: { status },
    where: q ? contains('t.search_text', q) : undefined,
  };
}
