import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { OrganizationMemberEntity } from './organization-member.entity.js';

type MemberChanges = Partial<Pick<OrganizationMemberEntity, 'role' | 'status' | 'suspended_by'>>;

@Injectable()
export class OrganizationMemberRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, organizationId: string, id: string): Promise<OrganizationMemberEntity | null> {
    return this.database
      .read(ctx)
      .findOneBy(OrganizationMemberEntity, { id, organization_id: organizationId });
  }

  findUser(
    ctx: RequestContext,
    organizationId: string,
    userId: string,
  ): Promise<OrganizationMemberEntity | null> {
    return this.database
      .read(ctx)
      .findOneBy(OrganizationMemberEntity, { organization_id: organizationId, user_id: userId });
  }

  /** A user's places in several organizations. */
  findUserIn(
    ctx: RequestContext,
    organizationIds: string[],
    userId: string,
  ): Promise<OrganizationMemberEntity[]> {
    return this.database
      .read(ctx)
      .findBy(OrganizationMemberEntity, { organization_id: In(organizationIds), user_id: userId });
  }

  /** Those who are active as owner or admin, and those who are suspended. */
  listPowerful(ctx: RequestContext, organizationId: string): Promise<OrganizationMemberEntity[]> {
    const of = { organization_id: organizationId };
    return this.database.read(ctx).find(OrganizationMemberEntity, {
      where: [
        { ...of, status: 'active', role: In(['owner', 'admin']) },
        { ...of, status: 'suspended' },
      ],
    });
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    organizationId: string,
    limit: number,
    after: string | null,
  ): Promise<OrganizationMemberEntity[]> {
    const stretches = [{ ...membersOf(organizationId), before: after }];
    return this.lists.newest(ctx, OrganizationMemberEntity, stretches, limit + 1);
  }

  count(ctx: RequestContext, organizationId: string): Promise<number> {
    return this.lists.total(ctx, [membersOf(organizationId)]);
  }

  async insert(ctx: RequestContext, member: OrganizationMemberEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(OrganizationMemberEntity, member);
  }

  /** Changes a member who is not the owner, and only while in the given status; false otherwise. */
  async updateOther(
    ctx: RequestContext,
    { id, organization_id }: OrganizationMemberEntity,
    whileStatus: OrganizationMemberEntity['status'] | undefined,
    changes: MemberChanges,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, organization_id, role: Not('owner' as const) };
    const guarded = whileStatus ? { ...which, status: whileStatus } : which;
    return (await manager.update(OrganizationMemberEntity, guarded, changes)).affected === 1;
  }

  /** Removes a member who is not the owner; false otherwise. */
  async deleteOther(
    ctx: RequestContext,
    { id, organization_id }: OrganizationMemberEntity,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, organization_id, role: Not('owner' as const) };
    return (await manager.delete(OrganizationMemberEntity, which)).affected === 1;
  }

  /** Makes the owner an admin; false when `ownerId` is no longer the owner. */
  async demoteOwner(ctx: RequestContext, organizationId: string, ownerId: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { organization_id: organizationId, user_id: ownerId, role: 'owner' as const };
    return (await manager.update(OrganizationMemberEntity, which, { role: 'admin' })).affected === 1;
  }

  /** A user's places that are not an owner's, everywhere. */
  listOfUser(ctx: RequestContext, userId: string): Promise<OrganizationMemberEntity[]> {
    return this.database.read(ctx).find(OrganizationMemberEntity, {
      where: { user_id: userId, role: Not('owner' as const) },
      order: { id: 'ASC' },
    });
  }
}

function membersOf(organizationId: string): Stretch {
  return {
    table: 'organization_members',
    index: 'organization_members_list',
    id: 'id',
    equal: { organization_id: organizationId },
  };
}
