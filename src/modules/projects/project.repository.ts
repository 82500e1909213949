import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { Lists } from '../../kernel/database/lists.js';
import { type Condition, every, type Stretch } from '../../kernel/database/stretch.js';
import type { Owner } from '../../kernel/facets/ownership.js';
import { contains } from '../../kernel/text/search.js';
import { type Environment, ProjectEntity, type ProjectStatus } from './project.entity.js';

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
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

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

  /** Newest first, one row more than `limit`; without a status, all but deleted ones. */
  async list(
    ctx: RequestContext,
    scope: ProjectScope,
    filter: ProjectFilter,
    limit: number,
    after: string | null,
  ): Promise<ProjectEntity[]> {
    const statuses = visible(scope, filter.status ? [filter.status] : LIVE);
    const stretches = await this.stretches(ctx, scope, filter, statuses);
    if (scope.kind === 'user' && statuses.length)
      stretches.push(...(await this.joined(ctx, scope.userId, filter, statuses)));
    const from = stretches.map(stretch => ({ ...stretch, before: after }));
    return this.lists.newest(ctx, ProjectEntity, from, limit + 1);
  }

  /** How many projects of each status match, whatever status the filter asks for. */
  async countByStatus(
    ctx: RequestContext,
    scope: ProjectScope,
    filter: ProjectFilter,
  ): Promise<Record<ProjectStatus, number>> {
    const counts = { new: 0, activated: 0, suspended: 0, deleted: 0 };
    for (const status of visible(scope, ['new', 'activated', 'suspended', 'deleted'])) {
      counts[status] = await this.lists.count(ctx, await this.stretches(ctx, scope, filter, [status]));
    }
    if (scope.kind === 'user') {
      const others = memberships(scope.userId, filter, LIVE, NOT_ADMINISTERED);
      for (const [status, count] of await this.lists.tally(ctx, others, 'p.status')) {
        counts[status as ProjectStatus] += count;
      }
    }
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
    const counts = new Map<string, number>();
    for (const organization_id of organizationIds) {
      counts.set(organization_id, await this.lists.count(ctx, inEach({ organization_id }, LIVE, {})));
    }
    return counts;
  }

  /** What of the projects the filter asks for; of a user, only those of the organizations the user administers. */
  private async stretches(
    ctx: RequestContext,
    scope: ProjectScope,
    filter: ProjectFilter,
    statuses: ProjectStatus[],
  ): Promise<Stretch[]> {
    if (scope.kind === 'one') {
      const where = every(conditions('t', filter, statuses));
      return [{ table: 'projects', id: 'id', equal: { id: scope.projectId }, where }];
    }
    const { organization_id } = filter;
    if (scope.kind === 'all') return inEach(organization_id ? { organization_id } : {}, statuses, filter);
    const administered = await this.administered(ctx, scope.userId, organization_id);
    return administered.flatMap(id => inEach({ organization_id: id }, statuses, filter));
  }

  /**
   * What of the projects a user is a member of the filter asks for: found among the memberships, or among the projects
   * that pass the filter where those are fewer, as the suspended ones mostly are.
   */
  private async joined(
    ctx: RequestContext,
    userId: string,
    filter: ProjectFilter,
    statuses: ProjectStatus[],
  ): Promise<Stretch[]> {
    const own = memberships(userId, filter, statuses);
    const { status, environment, organization_id } = filter;
    if (!status && !environment && !organization_id) return [own];
    const passing = inEach(organization_id ? { organization_id } : {}, statuses, filter);
    const size = (of: Stretch[], most: number) => {
      const whole = of.map(stretch => ({ ...stretch, join: undefined, where: undefined }));
      return this.lists.count(ctx, whole, most);
    };
    const places = await size([own], COMPARED);
    if ((await size(passing, places)) >= places) return [own];
    const isMember = memberOf(userId);
    return passing.map(stretch => ({ ...stretch, where: every([stretch.where, isMember]) }));
  }

  private async administered(ctx: RequestContext, userId: string, only?: string): Promise<string[]> {
    const sql = `SELECT o.organization_id AS id FROM organization_members o
      WHERE o.user_id = ? AND o.status = 'active' AND o.role IN ('owner', 'admin')`;
    const rows = await this.database.read(ctx).query<{ id: string }[]>(sql, [userId]);
    return rows.map(({ id }) => id).filter(id => only === undefined || id === only);
  }
}

/** Rows counted at most to find out which way is the shorter. */
const COMPARED = 10_000;
const LIVE: ProjectStatus[] = ['new', 'activated', 'suspended'];
const ENVIRONMENTS: Environment[] = ['sandbox', 'production'];

/** To all but platform admins a deleted project does not exist, in lists as by its id. */
function visible(scope: ProjectScope, statuses: ProjectStatus[]): ProjectStatus[] {
  return scope.kind === 'user' ? statuses.filter(status => status !== 'deleted') : statuses;
}

/** The projects of an organization, or all, of these statuses. */
function inEach(
  where: { organization_id?: string },
  statuses: ProjectStatus[],
  { environment, q }: ProjectFilter,
): Stretch[] {
  const environments = environment ? [environment] : ENVIRONMENTS;
  return statuses.flatMap(status =>
    environments.map(one => ({
      table: 'projects',
      index: where.organization_id ? 'projects_organization_list' : 'projects_list',
      id: 'id',
      equal: { ...where, status, environment: one },
      where: q ? contains('t.search_text', q) : undefined,
    })),
  );
}

/** By this index: in an organization of many people, MariaDB might go through all of them for each project. */
const PLACES = 'organization_members o /*! FORCE INDEX (organization_members_user) */';
/** Suspended in the organization, a person is stopped in all its projects. */
const NOT_SUSPENDED = "o.status IS NULL OR o.status <> 'suspended'";
const NOT_ADMINISTERED = "o.status IS NULL OR o.status <> 'active' OR o.role NOT IN ('owner', 'admin')";

/** The projects a user is an active member of, as `p`, with their place in its organization. */
function memberships(
  userId: string,
  filter: ProjectFilter,
  statuses: ProjectStatus[],
  ...further: string[]
): Stretch {
  const standing = ["t.status = 'active'", NOT_SUSPENDED, ...further].map(sql => ({ sql, parameters: [] }));
  return {
    table: 'members',
    index: 'members_current',
    id: 'project_id',
    equal: { current_user_id: userId },
    // No `NOT EXISTS`, for which MariaDB would read the places of everybody.
    join: `CROSS JOIN projects p ON p.id = t.project_id
      LEFT JOIN ${PLACES} ON o.user_id = t.current_user_id AND o.organization_id = p.organization_id`,
    where: every([...standing, ...conditions('p', filter, statuses)]),
  };
}

/** That a user is an active member of the project `t`. */
function memberOf(userId: string): Condition {
  const sql = `SELECT 1 FROM members m LEFT JOIN ${PLACES}
      ON o.user_id = m.current_user_id AND o.organization_id = t.organization_id
    WHERE m.current_user_id = ? AND m.project_id = t.id AND m.status = 'active' AND (${NOT_SUSPENDED})`;
  // An `EXISTS` MariaDB would turn into a join, which might begin with the memberships.
  return { sql: `(${sql}) = 1`, parameters: [userId] };
}

function conditions(
  alias: string,
  { environment, organization_id, q }: ProjectFilter,
  statuses: ProjectStatus[],
): (Condition | undefined)[] {
  const among = (column: string, values: string[]) => ({
    sql: `${alias}.${column} IN (${values.map(() => '?').join(', ')})`,
    parameters: values,
  });
  return [
    among('status', statuses),
    environment ? among('environment', [environment]) : undefined,
    organization_id ? among('organization_id', [organization_id]) : undefined,
    q ? contains(`${alias}.search_text`, q) : undefined,
  ];
}
