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

  /** The project's custom roles, oldest first. */
  list(ctx: RequestContext, projectId: string): Promise<RoleEntity[]> {
    return this.database
      .read(ctx)
      .find(RoleEntity, { where: { project_id: projectId }, order: { id: 'ASC' } });
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

  async update(ctx: RequestContext, id: string, changes: Partial<RoleEntity>): Promise<void> {
    await (await this.database.write(ctx)).update(RoleEntity, { id }, changes);
  }

  async delete(ctx: RequestContext, id: string): Promise<void> {
    await (await this.database.write(ctx)).delete(RoleEntity, { id });
  }
}
