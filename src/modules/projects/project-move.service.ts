import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import type { Effect } from '../../kernel/facets/effects.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { MemberService } from '../teams/member.service.js';
import { UserService } from '../users/user.service.js';
import { ProjectRepository } from './project.repository.js';
import { projectTarget } from './project.service.js';

/** What an organization may spend. */
type Quota = NonNullable<Awaited<ReturnType<OrganizationService['limits']>>>;

/** A move that may be asked for. */
export interface Move {
  readonly projectId: string;
  readonly from: string;
  readonly to: string;
  readonly quota: { readonly from: Quota; readonly to: Quota };
  /** People who lose or gain access by it. */
  readonly effects: Effect[];
}

/** Moving a project from one organization to another, for whoever owns both. */
@Injectable()
export class ProjectMove {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly users: UserService,
    private readonly cascades: Cascades,
  ) {}

  /** Whether the caller may move projects of this organization elsewhere. */
  async mayLeave(ctx: RequestContext, organizationId: string): Promise<boolean> {
    if (ctx.isPlatformAdmin) return true;
    if (ctx.principal?.type !== 'user') return false;
    return (await this.organizations.roleOf(ctx, organizationId, ctx.principal.id)) === 'owner';
  }

  /**
   * What a move would do.
   * @throws AppError `permission_denied` for who does not own both, `not_found` for an organization the caller may not
   *   see, `invalid_transition` for the one it is in
   */
  async plan(ctx: RequestContext, projectId: string, to: string): Promise<Move> {
    const project = await this.projects.find(ctx, projectId);
    if (!project) throw new AppError('not_found');
    const from = project.organization_id;
    await this.admit(ctx, from, to);
    if (from === to) throw impossible('The project is in this organization already.');
    const quota = {
      from: (await this.organizations.limits(ctx, from))!,
      to: (await this.organizations.limits(ctx, to))!,
    };
    return { projectId, from, to, quota, effects: await this.people(ctx, projectId, from, to) };
  }

  /**
   * Moves the project. Its keys use the other quota from now on; its request log and usage go along, and what its keys
   * used today stays used where it was.
   * @throws AppError `permission_denied`, `not_found`, `invalid_transition`
   */
  async move(ctx: RequestContext, { projectId, from, to }: Move, reason?: string): Promise<void> {
    const project = await this.projects.lock(ctx, projectId);
    if (project?.organization_id !== from || project.status === 'deleted')
      throw impossible('Meanwhile the project has been moved or deleted.');
    // In one order, so that two moves never wait for each other. From here on neither is deleted or given away.
    for (const id of [from, to].sort())
      if (!(await this.organizations.hold(ctx, id))) throw new AppError('not_found');
    await this.admit(ctx, from, to);
    await this.projects.updateWhile(ctx, projectId, ['new', 'activated', 'suspended'], {
      organization_id: to,
    });
    if (!(await this.members.isActive(ctx, projectId, project.owner_id)))
      throw impossible(
        "The project's owner is no active member there; transfer the project or activate the owner.",
      );
    ctx.audit
      .because(reason)
      .change(projectTarget(project), { organization_id: from }, { organization_id: to });
    await this.cascades.projectMoved(ctx, { projectId, from, to });
    await this.cascades.rightsLost(ctx, { projectId });
  }

  private async admit(ctx: RequestContext, from: string, to: string): Promise<void> {
    const target = await this.organizations.accessible(ctx, to);
    const owns = (role: string | null) => role === 'owner' || role === 'platform_admin';
    if (!owns(target.role) || !(await this.mayLeave(ctx, from)))
      throw new AppError('permission_denied', {
        message: 'Only who owns both organizations, and platform admins, move a project.',
      });
  }

  /** Who may enter the project now and could not afterwards, and the other way round; platform admins always may. */
  private async people(ctx: RequestContext, projectId: string, from: string, to: string): Promise<Effect[]> {
    const team = await this.members.userIdsOf(ctx, projectId);
    const inside = async (organizationId: string) => {
      const { admins, stopped } = await this.organizations.powers(ctx, organizationId);
      const kept = new Set(stopped);
      const users = await this.users.findMany(ctx, [...admins, ...team.filter(id => !kept.has(id))]);
      return new Set([...users.values()].filter(({ status }) => status === 'activated').map(({ id }) => id));
    };
    const [before, after] = [await inside(from), await inside(to)];
    const without = (one: Set<string>, other: Set<string>) => [...one].filter(id => !other.has(id)).length;
    return [
      { effect: 'people_lose_access', count: without(before, after) },
      { effect: 'people_gain_access', count: without(after, before) },
    ].filter(({ count }) => count > 0);
  }
}

function impossible(message: string): AppError {
  return new AppError('invalid_transition', { message });
}
