import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import type { Ownership } from '../../kernel/project-facet.js';
import { MemberEntity } from './member.entity.js';

@Injectable()
export class MemberRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext | null, projectId: string, userId: string): Promise<MemberEntity | null> {
    return this.database.read(ctx).findOneBy(MemberEntity, { project_id: projectId, user_id: userId });
  }

  findById(ctx: RequestContext, id: string): Promise<MemberEntity | null> {
    return this.database.read(ctx).findOneBy(MemberEntity, { id });
  }

  /** The users who are active in a project with the given role. */
  async activeUserIds(ctx: RequestContext, projectId: string, roleId: string): Promise<string[]> {
    const where = { project_id: projectId, role_id: roleId, status: 'active' as const };
    const rows = await this.database.read(ctx).find(MemberEntity, { where, select: { user_id: true } });
    return rows.map(row => row.user_id);
  }

  async insert(ctx: RequestContext, member: MemberEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(MemberEntity, member);
  }

  /** Gives everybody who holds one role another; answers how many they were. */
  async replaceRole(ctx: RequestContext, projectId: string, from: string, to: string): Promise<number> {
    const manager = await this.database.write(ctx);
    const which = { project_id: projectId, role_id: from };
    return (await manager.update(MemberEntity, which, { role_id: to })).affected ?? 0;
  }

  /** Active memberships of a user in some projects. */
  findActive(ctx: RequestContext, userId: string, projectIds: string[]): Promise<MemberEntity[]> {
    const which = { user_id: userId, project_id: In(projectIds), status: 'active' as const };
    return this.database.read(ctx).findBy(MemberEntity, which);
  }

  /** A user's memberships, everywhere or in the projects of one organization. */
  async listOfUser(ctx: RequestContext, { userId, organizationId }: Ownership): Promise<MemberEntity[]> {
    const query = this.database.read(ctx).createQueryBuilder(MemberEntity, 'm');
    query.where('m.user_id = :userId', { userId });
    if (organizationId) {
      const projects = 'SELECT p.id FROM projects p WHERE p.organization_id = :organizationId';
      query.andWhere(`m.project_id IN (${projects})`, { organizationId });
    }
    return query.orderBy('m.id', 'ASC').getMany();
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await (await this.database.write(ctx)).delete(MemberEntity, { id });
  }

  /** Members of each project, whatever their status. */
  async countByProject(ctx: RequestContext, projectIds: string[]): Promise<Map<string, number>> {
    const rows = await this.database
      .read(ctx)
      .createQueryBuilder(MemberEntity, 'm')
      .select('m.project_id', 'id')
      .addSelect('COUNT(*)', 'count')
      .where('m.project_id IN (:...projectIds)', { projectIds })
      .groupBy('m.project_id')
      .getRawMany<{ id: string; count: number | string }>();
    return new Map(rows.map(row => [row.id, Number(row.count)]));
  }
}
