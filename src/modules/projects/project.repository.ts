import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, type SelectQueryBuilder } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { containsPattern, like } from '../../kernel/text/search.js';
import type { Owner } from '../../kernel/facets/ownership.js';
import { ProjectEntity, type Environment, type ProjectStatus } from './project.entity.js';

/** Whose projects a list shows. */
export type ProjectScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'one'; readonly projectId: string }
  | { readonly kind: 'user'; readonly userId: string };

export interface ProjectFilter {
  status?: ProjectStatus;
  environment?: Environment;
  organization_id?: string;
  q?: string;
}

@Injectable()
export class ProjectRepository {
  constructor(private readonly database: Database) {}

  find(ctx: RequestContext, id: string): Promise<ProjectEntity | null> {
    return this.database.read(ctx).findOneBy(ProjectEntity, { id });
  }

  async findMany(ctx: RequestContext, ids: string[]): Promise<ProjectEntity[]> {
    return ids.length ? this.database.read(ctx).findBy(ProjectEntity, { id: In(ids) }) : [];
  }

  /** The project, kept as it is by others until the unit of work ends. */
  lock(ctx: RequestContext, id: string): Promise<ProjectEntity | null> {
    return this.database.lock(ctx, ProjectEntity, { id });
  }

  async insert(ctx: RequestContext, project: ProjectEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(ProjectEntity, project);
  }

  /** Changes the project only while in one of the given statuses; false when it was in none. */
  async updateWhile(
    ctx: RequestContext,
    id: string,
    statuses: ProjectStatus[],
    changes: Partial<ProjectEntity>,
  ): Promise<boolean> {
    const manager = await this.database.write(ctx);
    return (await manager.update(ProjectEntity, { id, status: In(statuses) }, changes)).affected === 1;
  }

  /** Gives the project to another user only while it is still the former owner's; false when it is not. */
  async changeOwner(ctx: RequestContext, id: string, from: string, to: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, owner_id: from, status: In(['new', 'activated', 'suspended'] as ProjectStatus[]) };
    return (await manager.update(ProjectEntity, which, { owner_id: to })).affected === 1;
  }

  /** Marks a live project that is not verified yet; false when it is, or is deleted. */
  async verify(ctx: RequestContext, id: string, at: Date, by: string): Promise<boolean> {
    const manager = await this.database.write(ctx);
    const which = { id, status: Not('deleted' as const), verified_at: IsNull() };
    return (await manager.update(ProjectEntity, which, { verified_at: at, verified_by: by })).affected === 1;
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    scope: ProjectScope,
    filter: ProjectFilter,
    limit: number,
    after: string | null,
  ): Promise<ProjectEntity[]> {
    const query = this.matching(ctx, scope, filter);
    if (filter.status) query.andWhere('p.status = :status', { status: filter.status });
    else query.andWhere("p.status <> 'deleted'");
    if (after) query.andWhere('p.id < :after', { after });
    return query
      .orderBy('p.id', 'DESC')
      .limit(limit + 1)
      .getMany();
  }

  /** How many projects of each status match, whatever status the filter asks for. */
  async countByStatus(
    ctx: RequestContext,
    scope: ProjectScope,
    filter: ProjectFilter,
  ): Promise<Record<ProjectStatus, number>> {
    const rows = await this.matching(ctx, scope, filter)
      .select('p.status', 'status')
      .addSelect('COUNT(*)', 'count')
      .groupBy('p.status')
      .getRawMany<{ status: ProjectStatus; count: number | string }>();
    const counts = { new: 0, activated: 0, suspended: 0, deleted: 0 };
    for (const row of rows) counts[row.status] = Number(row.count);
    return counts;
  }

  /** How many projects a user owns, everywhere or in one organization; deleted ones left out. */
  countOwned(ctx: RequestContext, { userId, organizationId }: Owner): Promise<number> {
    const owned = { owner_id: userId, status: In(['new', 'activated', 'suspended']) };
    return this.database
      .read(ctx)
      .countBy(ProjectEntity, organizationId ? { ...owned, organization_id: organizationId } : owned);
  }

  /** How many projects each organization has, deleted ones left out. */
  async countByOrganization(ctx: RequestContext, organizationIds: string[]): Promise<Map<string, number>> {
    const rows = await this.database
      .read(ctx)
      .createQueryBuilder(ProjectEntity, 'p')
      .select('p.organization_id', 'id')
      .addSelect('COUNT(*)', 'count')
      .where("p.organization_id IN (:...organizationIds) AND p.status <> 'deleted'", { organizationIds })
      .groupBy('p.organization_id')
      .getRawMany<{ id: string; count: number | string }>();
    return new Map(rows.map(row => [row.id, Number(row.count)]));
  }

  private matching(
    ctx: RequestContext,
    scope: ProjectScope,
    filter: ProjectFilter,
  ): SelectQueryBuilder<ProjectEntity> {
    const query = this.database.read(ctx).createQueryBuilder(ProjectEntity, 'p');
    if (scope.kind === 'one') query.andWhere('p.id = :projectId', scope);
    if (scope.kind === 'user') {
      query.andWhere(
        "(p.id IN (SELECT m.project_id FROM members m WHERE m.user_id = :userId AND m.status = 'active') OR " +
          'p.organization_id IN (SELECT o.organization_id FROM organization_members o ' +
          "WHERE o.user_id = :userId AND o.status = 'active' AND o.role IN ('owner', 'admin'))) AND " +
          // Suspended in the organization, a person is stopped in all its projects.
          'p.organization_id NOT IN (SELECT s.organization_id FROM organization_members s ' +
          "WHERE s.user_id = :userId AND s.status = 'suspended')",
        scope,
      );
      // To them a deleted project does not exist, in lists as by its id.
      query.andWhere("p.status <> 'deleted'");
    }
    if (filter.environment) query.andWhere('p.environment = :environment', filter);
    if (filter.organization_id) query.andWhere('p.organization_id = :organization_id', filter);
    if (filter.q) query.andWhere(like('p.search_text', 'q'), { q: containsPattern(filter.q) });
    return query;
  }
}
