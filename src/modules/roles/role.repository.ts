import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { RoleEntity } from './role.entity.js';

/** How many roles a project may have. */
const MOST = 100;

@Injectable()
export class RoleRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, projectId: string, id: string): Promise<RoleEntity | null> {
    return this.database.read(ctx).findOneBy(RoleEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<RoleEntity | null> {
    return this.database.read(ctx).findOneBy(RoleEntity, { id });
  }

  findMany(ctx: RequestContext, projectId: string, ids: string[]): Promise<RoleEntity[]> {
    return this.database.read(ctx).findBy(RoleEntity, { id: In(ids), project_id: projectId });
  }

  /** Custom roles of several projects. */
  findInProjects(ctx: RequestContext, projectIds: string[], ids: string[]): Promise<RoleEntity[]> {
    return this.database.read(ctx).findBy(RoleEntity, { id: In(ids), project_id: In(projectIds) });
  }

  /** The project's custom roles, oldest first. */
  list(ctx: RequestContext, projectId: string): Promise<RoleEntity[]> {
    return this.database
      .read(ctx)
      .find(RoleEntity, { where: { project_id: projectId }, order: { id: 'ASC' } });
  }

  /** The same; within a unit of work that writes, nobody else changes them, or adds one, until it ends. */
  all(ctx: RequestContext, projectId: string): Promise<RoleEntity[]> {
    return ctx.unit?.writing
      ? this.database.lockAll(ctx, RoleEntity, { project_id: projectId })
      : this.list(ctx, projectId);
  }

  /** How many members and keys of the project that are not gone hold one of these roles. */
  async countHolders(ctx: RequestContext, projectId: string, ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const among = `role_id IN (${ids.map(() => '?').join(', ')})`;
    const count = async (table: string, kept: string) => {
      const sql = `SELECT COUNT(*) AS found FROM ${table} WHERE project_id = ? AND ${among} AND ${kept}`;
      const [row] = await this.database
        .read(ctx)
        .query<[{ found: number | string }]>(sql, [projectId, ...ids]);
      return Number(row.found);
    };
    return (
      (await count('members', 'current_user_id IS NOT NULL')) +
      (await count('api_keys', "status <> 'revoked'"))
    );
  }

  /**
   * Locks a custom role until the unit of work ends, and reads it: who wants to change it, or refer to it by
   * a foreign key, waits. Null when there is none.
   */
  lock(ctx: RequestContext, projectId: string, id: string): Promise<RoleEntity | null> {
    return this.database.lock(ctx, RoleEntity, { id, project_id: projectId });
  }

  /** @throws AppError `limit_reached` */
  async insert(ctx: RequestContext, role: RoleEntity): Promise<void> {
    await this.database.refuseBeyond(ctx, RoleEntity, { project_id: role.project_id! }, MOST);
    await (await this.database.write(ctx)).insert(RoleEntity, role);
  }

  /** Inserts many roles of one project. @throws AppError `limit_reached` */
  async insertAll(ctx: RequestContext, projectId: string, roles: readonly RoleEntity[]): Promise<void> {
    if (roles.length === 0) return;
    await this.database.refuseBeyond(ctx, RoleEntity, { project_id: projectId }, MOST, roles.length);
    await (await this.database.write(ctx)).insert(RoleEntity, [...roles]);
  }

  async update(ctx: RequestContext, id: string, changes: Partial<RoleEntity>): Promise<void> {
    await (await this.database.write(ctx)).update(RoleEntity, { id }, changes);
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await (await this.database.write(ctx)).delete(RoleEntity, { id });
  }
}
