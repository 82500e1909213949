import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { RoleEntity } from './role.entity.js';

@Injectable()
export class RoleRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext | null, projectId: string, id: string): Promise<RoleEntity | null> {
    return this.database.read(ctx).findOneBy(RoleEntity, { id, project_id: projectId });
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
}
