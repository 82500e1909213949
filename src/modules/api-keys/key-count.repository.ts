import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import { ApiKeyEntity } from './api-key.entity.js';

/** How many keys there are, of whom and of what kind. */
@Injectable()
export class KeyCountRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** Keys of each project: all that are not revoked, and those that can be used at `now`. */
  async countByProject(
    ctx: RequestContext,
    projectIds: string[],
    now: Date,
  ): Promise<Map<string, { kept: number; serving: number }>> {
    const rows = await this.database
      .read(ctx)
      .createQueryBuilder(ApiKeyEntity, 'k')
      .select('k.project_id', 'id')
      .addSelect('COUNT(*)', 'kept')
      .addSelect(
        "SUM(CASE WHEN k.status = 'activated' AND (k.expires_at IS NULL OR k.expires_at > :now) THEN 1 ELSE 0 END)",
        'serving',
      )
      .where("k.project_id IN (:...projectIds) AND k.status <> 'revoked'", { projectIds, now })
      .groupBy('k.project_id')
      .getRawMany<{ id: string; kept: number | string; serving: number | string }>();
    return new Map(rows.map(row => [row.id, { kept: Number(row.kept), serving: Number(row.serving) }]));
  }

  /** Keys that are not revoked, of each organization's projects that are not deleted. */
  async countByOrganization(ctx: RequestContext, organizationIds: string[]): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const id of organizationIds) counts.set(id, await this.lists.count(ctx, keysOf(id)));
    return counts;
  }

  /** A user's own keys, in every team, that are not revoked. */
  countOfUser(ctx: RequestContext, userId: string): Promise<number> {
    return this.database
      .read(ctx)
      .createQueryBuilder(ApiKeyEntity, 'k')
      .innerJoin('members', 'm', 'm.id = k.member_id')
      .where("m.user_id = :userId AND k.status <> 'revoked'", { userId })
      .getCount();
  }

  /** A user's own keys that can be used at `now`, in one project or in those of an organization. */
  countServingOfUser(
    ctx: RequestContext,
    userId: string,
    where: { projectId: string } | { organizationId: string },
    now: Date,
  ): Promise<number> {
    const query = this.database
      .read(ctx)
      .createQueryBuilder(ApiKeyEntity, 'k')
      .innerJoin('members', 'm', 'm.id = k.member_id')
      .where("m.current_user_id = :userId AND m.status = 'active' AND k.status = 'activated'", { userId })
      .andWhere('(k.expires_at IS NULL OR k.expires_at > :now)', { now });
    if ('projectId' in where) query.andWhere('k.project_id = :projectId', where);
    else {
      const projects = 'SELECT p.id FROM projects p WHERE p.organization_id = :organizationId';
      query.andWhere(`k.project_id IN (${projects})`, where);
    }
    return query.getCount();
  }

  /** Keys of a project, not revoked, that a role limits: those that hold it, and the own keys of members who do. */
  countLimitedBy(ctx: RequestContext, projectId: string, roleId: string): Promise<number> {
    return this.database
      .read(ctx)
      .createQueryBuilder(ApiKeyEntity, 'k')
      .leftJoin('members', 'm', 'm.id = k.member_id')
      .where("k.project_id = :projectId AND k.status <> 'revoked'", { projectId })
      .andWhere('(k.role_id = :roleId OR m.role_id = :roleId)', { roleId })
      .getCount();
  }
}

function keysOf(organization_id: string): Stretch[] {
  return ['new', 'activated', 'suspended'].flatMap(status =>
    ['sandbox', 'production'].map(environment => ({
      table: 'projects',
      index: 'projects_organization_list',
      id: 'id',
      equal: { organization_id, status, environment },
      join: 'CROSS JOIN api_keys k ON k.project_id = t.id',
      where: { sql: "k.status <> 'revoked'", parameters: [] },
    })),
  );
}
