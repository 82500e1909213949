import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { ProjectInContext, RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { Figures } from '../../kernel/facets/figures.js';
import { Promotions } from '../../kernel/facets/promotions.port.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';
import { ListedProjects } from './listed-projects.service.js';
import { NewProjects } from './new-projects.service.js';
import { OwnerLimit } from './owner-limit.service.js';
import {
  type CreateProject,
  type ListProjects,
  type Project,
  type ProjectPage,
  type ProjectRecord,
  toProject,
  toProjectRecord,
} from './project.dto.js';
import type { ProjectEntity } from './project.entity.js';
import { ProjectRepository, type ProjectScope } from './project.repository.js';

/** Projects: made, listed, shown. What changes one stands in `ProjectChanges`. */
@Injectable()
export class ProjectService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly limit: OwnerLimit,
    private readonly figures: Figures,
    private readonly users: UserService,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly listed: ListedProjects,
    private readonly newProjects: NewProjects,
    private readonly promotions: Promotions,
    private readonly config: Config,
  ) {}

  /**
   * Creates a project with its owner as administrator, and schedules the welcome mail.
   * @throws AppError `promotion_not_approved`, `project_limit_reached`, `permission_denied`, `validation_failed`
   */
  async create(ctx: RequestContext, input: CreateProject): Promise<Project> {
    if (input.environment === 'production' && this.config.promotionReview && !ctx.isPlatformAdmin) {
      throw new AppError('promotion_not_approved', { param: 'environment' });
    }
    const owner = await this.ownerOf(ctx, input);
    await this.limit.admit(ctx, owner.id);
    const organization_id = await this.organizationOf(ctx, input, owner);
    const project = await this.newProjects.make(ctx, owner, { ...input, organization_id });
    const { name, environment, purpose, country, description } = project;
    ctx.audit.inProject(project.id).about(owner.id).change(projectTarget(project), null, {
      name,
      environment,
      purpose,
      country,
      description,
      owner: owner.email,
    });
    return this.item(ctx, project, owner);
  }

  /** What the caller may see: people their projects, keys their own, platform admins all. */
  async list(ctx: RequestContext, query: ListProjects): Promise<ProjectPage> {
    const scope = scopeOf(ctx);
    const rows = await this.projects.list(ctx, scope, query, query.limit, decodeCursor(query.cursor));
    const { deleted, ...counts } = await this.projects.countByStatus(ctx, scope, query);
    const all = counts.new + counts.activated + counts.suspended;
    const total = query.status === undefined ? all : { ...counts, deleted }[query.status];
    const figures = await this.figures.ofProjects(
      ctx,
      rows.map(row => row.id),
    );
    const owners = await this.users.findMany(
      ctx,
      rows.map(row => row.owner_id),
    );
    const toItem = (row: ProjectEntity) => toProject(row, owners.get(row.owner_id)!, figures.get(row.id)!);
    const shown = paginate(rows, query.limit, total, toItem);
    const items = await this.listed.withoutHidden(ctx, shown.items);
    return { ...shown, items, counts: { all, ...counts } };
  }

  /** @throws AppError `not_found` */
  async record(ctx: RequestContext, id: string): Promise<ProjectRecord> {
    const project = await this.existing(ctx, id);
    const owner = await this.users.get(ctx, project.owner_id);
    const figures = (await this.figures.ofProjects(ctx, [id])).get(id)!;
    return toProjectRecord(project, owner, figures, await this.promotions.standing(ctx, project));
  }

  /** The project as lists show it. @throws AppError `not_found` */
  async get(ctx: RequestContext, id: string): Promise<Project> {
    return this.item(ctx, await this.existing(ctx, id));
  }

  /** The project as guards need it; null when there is none. */
  async findForAccess(ctx: RequestContext, id: string): Promise<ProjectInContext | null> {
    const project = await this.projects.find(ctx, id);
    return project && toProjectInContext(project);
  }

  /** The longest that the project itself lets its keys live, in days; null when it sets no maximum. @throws AppError `not_found` */
  async keyMaxLifetimeDays(ctx: RequestContext, id: string): Promise<number | null> {
    return (await this.existing(ctx, id)).key_max_lifetime_days;
  }

  /** The names of projects, by id. */
  async names(ctx: RequestContext, ids: string[]): Promise<Map<string, string>> {
    const found = await this.projects.findMany(ctx, [...new Set(ids)]);
    return new Map(found.map(({ id, name }) => [id, name]));
  }

  /** Which of the projects run: neither suspended nor deleted. */
  async running(ctx: RequestContext, ids: string[]): Promise<ReadonlySet<string>> {
    const found = await this.projects.findMany(ctx, [...new Set(ids)]);
    const run = found.filter(({ status }) => status === 'new' || status === 'activated');
    return new Set(run.map(project => project.id));
  }

  /** Who is told of what happens to a project: the administrators of its team, its owner among them, as far as they are active. */
  async contacts(ctx: RequestContext, id: string): Promise<{ name: string; people: User[] }> {
    const project = await this.existing(ctx, id);
    // The owner is one of them.
    return { name: project.name, people: await this.members.administrators(ctx, id) };
  }

  /** The project, kept as it is by others until the caller's unit of work ends; null when there is none. */
  async lock(ctx: RequestContext, id: string): Promise<ProjectInContext | null> {
    const project = await this.projects.lock(ctx, id);
    return project && toProjectInContext(project);
  }

  private async existing(ctx: RequestContext, id: string): Promise<ProjectEntity> {
    const project = await this.projects.find(ctx, id);
    if (!project) throw new AppError('not_found');
    return project;
  }

  private async item(ctx: RequestContext, project: ProjectEntity, owner?: User): Promise<Project> {
    const figures = (await this.figures.ofProjects(ctx, [project.id])).get(project.id)!;
    return toProject(project, owner ?? (await this.users.get(ctx, project.owner_id)), figures);
  }

  private async ownerOf(ctx: RequestContext, input: CreateProject): Promise<User> {
    if (input.owner_id === undefined && input.owner_email === undefined)
      return this.users.get(ctx, ctx.user.id);
    const byId = input.owner_id !== undefined;
    const user = byId
      ? await this.users.find(ctx, input.owner_id!)
      : await this.users.findByEmail(ctx, input.owner_email!);
    if (user?.id === ctx.user.id) return user;
    if (!ctx.isPlatformAdmin)
      throw new AppError('permission_denied', {
        message: 'Only platform admins create projects for others.',
      });
    const usable = user && (user.status === 'activated' || user.status === 'new');
    if (!usable)
      throw invalidField(
        byId ? 'owner_id' : 'owner_email',
        'is not an active account',
        'Name an existing account.',
      );
    return user;
  }

  private async organizationOf(ctx: RequestContext, input: CreateProject, owner: User): Promise<string> {
    if (input.organization_id === undefined) return this.organizations.personalOf(ctx, owner.id);
    const live = await this.organizations.hold(ctx, input.organization_id);
    const role = live && (await this.organizations.roleOf(ctx, input.organization_id, owner.id));
    if (!role) {
      throw invalidField(
        'organization_id',
        'is not an organization of the owner',
        'Choose one from GET /v1/organizations.',
      );
    }
    return input.organization_id;
  }
}

/** A project's row as guards need it. */
export function toProjectInContext(project: ProjectEntity): ProjectInContext {
  return {
    id: project.id,
    organizationId: project.organization_id,
    name: project.name,
    status: project.status,
    environment: project.environment,
    ownerId: project.owner_id,
  };
}

const target = defineTarget('project', { name: ['project.name'] });

/** How a project stands in the event log. */
export function projectTarget(project: { id: string; name: string }) {
  return target(project.id, project.name);
}

function scopeOf(ctx: RequestContext): ProjectScope {
  if (ctx.principal?.type === 'api_key') return { kind: 'one', projectId: ctx.principal.projectId };
  return ctx.isPlatformAdmin ? { kind: 'all' } : { kind: 'user', userId: ctx.user.id };
}
