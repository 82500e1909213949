import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import type { Stretch } from '../../kernel/database/stretch.js';
import type { IdRange } from '../../kernel/facets/exports.js';
import { contains } from '../../kernel/text/search.js';
import { CustomerEntity } from './customer.entity.js';

/** More projects with customers than any organization has. */
const MOST_PROJECTS = 100_000;

@Injectable()
export class CustomerRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  find(ctx: RequestContext, projectId: string, customerId: string): Promise<CustomerEntity | null> {
    const where = { project_id: projectId, customer_id: customerId };
    return this.database.read(ctx).findOneBy(CustomerEntity, where);
  }

  byRow(ctx: RequestContext, projectId: string, id: string): Promise<CustomerEntity | null> {
    return this.database.read(ctx).findOneBy(CustomerEntity, { id, project_id: projectId });
  }

  /** The customer, kept as it is by others until the unit of work ends. */
  lock(ctx: RequestContext, projectId: string, customerId: string): Promise<CustomerEntity | null> {
    return this.database.lock(ctx, CustomerEntity, { project_id: projectId, customer_id: customerId });
  }

  /** The project's own ids of customers, by the ids of their rows. */
  async names(ctx: RequestContext, projectId: string, rowIds: string[]): Promise<Map<string, string>> {
    if (rowIds.length === 0) return new Map();
    const rows = await this.database.read(ctx).find(CustomerEntity, {
      select: { id: true, customer_id: true },
      where: { project_id: projectId, id: In([...new Set(rowIds)]) },
    });
    return new Map(rows.map(({ id, customer_id }) => [id, customer_id]));
  }

  /** Newest first, one row more than `limit`. */
  list(
    ctx: RequestContext,
    projectId: string,
    { q, limit }: { q?: string; limit: number },
    before: string | null,
  ): Promise<CustomerEntity[]> {
    return this.lists.newest(ctx, CustomerEntity, [{ ...stretchOf(projectId, q), before }], limit + 1);
  }

  /** How many customers of a project match, at most one more than a page says. */
  total(ctx: RequestContext, projectId: string, q?: string): Promise<number> {
    return this.lists.total(ctx, [stretchOf(projectId, q)]);
  }

  /** Those of a time, oldest first, after the one with the id `after`. */
  following(
    ctx: RequestContext,
    projectId: string,
    range: IdRange,
    after: string | null,
    limit: number,
  ): Promise<CustomerEntity[]> {
    return this.lists.following(ctx, CustomerEntity, { project_id: projectId }, range, after, limit);
  }

  countBetween(ctx: RequestContext, projectId: string, { first, before }: IdRange): Promise<number> {
    return this.lists.count(ctx, [{ ...stretchOf(projectId), from: first, before }]);
  }

  async countByProject(ctx: RequestContext, projectIds: readonly string[]): Promise<Map<string, number>> {
    const counts = await this.lists.countEach(
      ctx,
      projectIds.map(id => stretchOf(id)),
    );
    return new Map(projectIds.map((id, at) => [id, counts[at]!]));
  }

  /** Customers of each organization's projects that are not deleted. */
  async countByOrganization(
    ctx: RequestContext,
    organizationIds: readonly string[],
  ): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const id of organizationIds) {
      const projects = await this.lists.recentIds(ctx, projectsWithCustomers(id), MOST_PROJECTS);
      const each = await this.countByProject(ctx, projects);
      counts.set(
        id,
        [...each.values()].reduce((sum, count) => sum + count, 0),
      );
    }
    return counts;
  }

  async insert(ctx: RequestContext, customer: CustomerEntity): Promise<void> {
    await (await this.database.write(ctx)).insert(CustomerEntity, customer);
  }

  async update(ctx: RequestContext, id: string, changes: Partial<CustomerEntity>): Promise<void> {
    await (await this.database.write(ctx)).update(CustomerEntity, { id }, changes);
  }
}

function stretchOf(project_id: string, q?: string): Stretch {
  const search = q ? contains('t.search_text', q) : undefined;
  return {
    table: 'customers',
    index: 'customers_list',
    id: 'id',
    equal: { project_id },
    where: search && { sql: search.sql, parameters: search.parameters },
  };
}

function projectsWithCustomers(organization_id: string): Stretch[] {
  return ['new', 'activated', 'suspended'].flatMap(status =>
    ['sandbox', 'production'].map(environment => ({
      table: 'projects',
      index: 'projects_organization_list',
      id: 'id',
      equal: { organization_id, status, environment },
      where: { sql: 'EXISTS (SELECT 1 FROM customers c WHERE c.project_id = t.id)', parameters: [] },
    })),
  );
}
