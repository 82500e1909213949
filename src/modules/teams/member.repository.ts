import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import type { Owner } from '../../kernel/facets/ownership.js';
import { MemberEntity } from './member.entity.js';

/** Members of teams; those removed are found by nothing here. */
@Injectable()
export class MemberRepository {
  constructor(private readonly database: Database) {}

  findByUser(ctx: RequestContext, projectId: string, userId: string): Promise<MemberEntity | null> {
    return this.database
      .read(ctx)
      .findOneBy(MemberEntity, { project_id: projectId, current_user_id: userId });
  }

  find(ctx: RequestContext, projectId: string, id: string): Promise<MemberEntity | null> {
    return this.database
      .read(ctx)
      .findOneBy(MemberEntity, { id, project_id: projectId, status: Not('removed' as const) });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<MemberEntity | null> {
    return this.database.read(ctx).findOneBy(MemberEntity, { id, status: Not('removed' as const) });
  }

  list(ctx: RequestContext, projectId: string): Promise<MemberEntity[]> {
    return this.database
      .read(ctx)
      .findBy(MemberEntity, { project_id: projectId, status: Not('removed' as const) });
  }

  /**
   * The users who are active in a project: their account is, nobody suspended them in the organization, and they are
   * active members; with `which`, those who hold a role, or one user.
   */
  async activeUserIds(
    ctx: RequestContext,
    projectId: string,
    which: { roleId?: string; userId?: string } = {},
  ): Promise<string[]> {
    const query = this.database
      .read(ctx)
      .createQueryBuilder(MemberEntity, 'm')
      .innerJoin('projects', 'p', 'p.id = m.project_id')
      .innerJoin('users', 'u', 'u.id = m.user_id')
      .select('m.user_id', 'id')
      .where("m.project_id = :projectId AND m.status = 'active' AND u.status = 'activated'", { projectId })
      .andWhere(
        'NOT EXISTS (SELECT 1 FROM organization_members o WHERE o.organization_id = p.organization_id ' +
          "AND o.user_id = m.user_id AND o.status = 'suspended')",
      );
    if (which.roleId) query.andWhere('m.role_id = :roleId', which);
    if (which.userId) query.andWhere('m.current_user_id = :userId', which);
    return (await query.getRawMany<{ id: string }>()).map(row => row.id);
  }

  /** Gives a member a role and makes them active, whoever suspended them; false for somebody who is no member. */
  async reinstate(ctx: RequestContext, projectId: string, userId: string, roleId: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { project_id: projectId, current_user_id: userId };
    const changes = { role_id: roleId, status: 'active' as const, suspended_by: null };
    return (await manager.update(MemberEntity, which, changes)).affected === 1;
  }

  async insert(ctx: RequestContext, member: MemberEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(MemberEntity, member);
  }

  /** A user's memberships, everywhere or in the projects of one organization. */
  async listOfUser(ctx: RequestContext, { userId, organizationId }: Owner): Promise<MemberEntity[]> {
    const query = this.database.read(ctx).createQueryBuilder(MemberEntity, 'm');
    query.where('m.current_user_id = :userId', { userId });
    if (organizationId) {
      const projects = 'SELECT p.id FROM projects p WHERE p.organization_id = :organizationId';
      query.andWhere(`m.project_id IN (${projects})`, { organizationId });
    }
    return query.orderBy('m.id', 'ASC').getMany();
  }

  /** The member, kept as it is by others until the unit of work ends. */
  lock(ctx: RequestContext, projectId: string, id: string): Promise<MemberEntity | null> {
    return this.database.lock(ctx, MemberEntity, { id, project_id: projectId });
  }

  /** Changes a member only while in the status found before; false when it is no longer. */
  async update(
    ctx: RequestContext,
    { id, project_id, status }: Pick<MemberEntity, 'id' | 'project_id' | 'status'>,
    changes: Partial<MemberEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    return (await manager.update(MemberEntity, { id, project_id, status }, changes)).affected === 1;
  }

  /**
   * Gives everybody who holds one role another; answers how many they were. Former members held it too, but
   * are not counted.
   */
  async replaceRole(ctx: RequestContext, projectId: string, from: string, to: string): Promise<number> {
    const manager = await this.database.write(ctx);
    const which = { project_id: projectId, role_id: from };
    const present = { ...which, status: Not('removed' as const) };
    const { affected } = await manager.update(MemberEntity, present, { role_id: to });
    // The rows of former members refer to the role too.
    await manager.update(MemberEntity, which, { role_id: to });
    return affected ?? 0;
  }

  /** Active memberships of a user in some projects. */
  findActive(ctx: RequestContext, userId: string, projectIds: string[]): Promise<MemberEntity[]> {
    const which = { user_id: userId, project_id: In(projectIds), status: 'active' as const };
    return this.database.read(ctx).findBy(MemberEntity, which);
  }

  /** Ends a membership for good; false when somebody was faster. */
  async remove(ctx: RequestContext, { id, project_id }: MemberEntity): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, project_id, status: Not('removed' as const) };
    const changes = { status: 'removed' as const, current_user_id: null };
    return (await manager.update(MemberEntity, which, changes)).affected === 1;
  }

  /** How many members, active or suspended, hold a role. */
  countOfRole(ctx: RequestContext, projectId: string, roleId: string): Promise<number> {
    const which = { project_id: projectId, role_id: roleId, status: Not('removed' as const) };
    return this.database.read(ctx).countBy(MemberEntity, which);
  }

  /** Members of each project, whether active or suspended. */
  async countByProject(ctx: RequestContext, projectIds: string[]): Promise<Map<string, number>> {
    const rows = await this.database
      .read(ctx)
      .createQueryBuilder(MemberEntity, 'm')
      .select('m.project_id', 'id')
      .addSelect('COUNT(*)', 'count')
      .where("m.project_id IN (:...projectIds) AND m.status <> 'removed'", { projectIds })
      .groupBy('m.project_id')
      .getRawMany<{ id: string; count: number | string }>();
    return new Map(rows.map(row => [row.id, Number(row.count)]));
  }
}
