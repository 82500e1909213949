import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { OrganizationEntity } from './organization.entity.js';
import { OrganizationMemberEntity } from './organization-member.entity.js';

@Injectable()
export class OrganizationRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, id: string): Promise<OrganizationEntity | null> {
    return this.database.read(ctx).findOneBy(OrganizationEntity, { id, deleted_at: IsNull() });
  }

  /** The organization, kept as it is by others until the unit of work ends. */
  lock(ctx: RequestContext, id: string): Promise<OrganizationEntity | null> {
    return this.database.lock(ctx, OrganizationEntity, { id, deleted_at: IsNull() });
  }

  findMany(ctx: RequestContext, ids: string[]): Promise<OrganizationEntity[]> {
    return this.database.read(ctx).findBy(OrganizationEntity, { id: In(ids) });
  }

  /** How many organizations a user owns, the personal one left out. */
  countOwned(ctx: RequestContext, ownerId: string): Promise<number> {
    return this.database.read(ctx).countBy(OrganizationEntity, {
      owner_id: ownerId,
      personal: false,
      deleted_at: IsNull(),
    });
  }

  findPersonal(ctx: RequestContext, ownerId: string): Promise<OrganizationEntity | null> {
    return this.database.read(ctx).findOneBy(OrganizationEntity, { owner_id: ownerId, personal: true });
  }

  /** The organizations a user is an active member of, newest first, one more than `limit`. */
  listOf(
    ctx: RequestContext,
    userId: string,
    limit: number,
    after: string | null,
  ): Promise<OrganizationEntity[]> {
    const stretches = [{ ...placesOf(userId), before: after }];
    return this.lists.newest(ctx, OrganizationEntity, stretches, limit + 1);
  }

  countOf(ctx: RequestContext, userId: string): Promise<number> {
    return this.lists.total(ctx, [placesOf(userId)]);
  }

  async insert(
    ctx: RequestContext,
    organization: OrganizationEntity,
    owner: OrganizationMemberEntity,
  ): Promise<void> {
    const manager = await this.database.write(ctx);
    await manager.insert(OrganizationEntity, organization);
    await manager.insert(OrganizationMemberEntity, owner);
  }

  async update(ctx: RequestContext, id: string, changes: Partial<OrganizationEntity>): Promise<void> {
    await (await this.database.write(ctx)).update(OrganizationEntity, { id }, changes);
  }

  /** Marks it as deleted and ends every membership; answers how many there were. */
  async delete(ctx: RequestContext, id: string, at: Date): Promise<number> {
    const manager = await this.database.write(ctx);
    await manager.update(OrganizationEntity, { id }, { deleted_at: at });
    return (await manager.delete(OrganizationMemberEntity, { organization_id: id })).affected ?? 0;
  }
}

/** A user's active places, in the order of the organizations. */
function placesOf(userId: string): Stretch {
  return {
    table: 'organization_members',
    index: 'organization_members_user',
    id: 'organization_id',
    equal: { user_id: userId },
    where: { sql: "t.status = 'active'", parameters: [] },
  };
}
