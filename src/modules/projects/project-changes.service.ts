import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { overrules, type Power, powerOf, refusalToLift } from '../../kernel/context/suspension.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { EventType } from '../../kernel/event-log/event-types.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { fold } from '../../kernel/text/search.js';
import { OrganizationService } from '../organizations/organization.service.js';
import type { ProjectEntity, ProjectStatus } from './project.entity.js';
import { ProjectRepository } from './project.repository.js';
import { projectTarget } from './project.service.js';

/** The parts of a project that people edit. */
export const EDITABLE = [
  'name',
  'description',
  'country',
  'purpose',
  'billing_owner_email',
  'key_max_lifetime_days',
] as const;

type Editable = Pick<ProjectEntity, (typeof EDITABLE)[number]>;
export type ProjectEdits = Partial<Editable>;

/** The values the settings show. */
export type ProjectValues = Editable &
  Pick<ProjectEntity, 'id' | 'organization_id' | 'owner_id' | 'status' | 'suspended_by' | 'verified_at'>;

const LIVE: ProjectStatus[] = ['new', 'activated', 'suspended'];

/** From which statuses each status change starts, where it leads, and what it is called in the log. */
const TRANSITIONS = {
  activate: { from: ['new', 'suspended'], to: 'activated', event: 'project.activated' },
  suspend: { from: ['new', 'activated'], to: 'suspended', event: 'project.suspended' },
  delete: { from: LIVE, to: 'deleted', event: 'project.deleted' },
  restore: { from: ['deleted'], to: 'activated', event: 'project.restored' },
} as const satisfies Record<string, { from: ProjectStatus[]; to: ProjectStatus; event: EventType }>;

export type ProjectTransition = keyof typeof TRANSITIONS;

/** Whether somebody suspends with more power what is suspended already. */
function isOverruled(
  { status, suspended_by }: Pick<ProjectValues, 'status' | 'suspended_by'>,
  name: ProjectTransition,
  power: Power,
): boolean {
  return name === 'suspend' && status === 'suspended' && overrules(suspended_by, power);
}

/** Everything that changes a project after its creation. */
@Injectable()
export class ProjectChanges {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly organizations: OrganizationService,
    private readonly cascades: Cascades,
  ) {}

  /** The present values. @throws AppError `not_found` */
  async values(ctx: RequestContext, id: string): Promise<ProjectValues> {
    return found(await this.projects.find(ctx, id));
  }

  /** Whether the caller owns the project, or the organization it belongs to. */
  async isOwner(ctx: RequestContext, { owner_id, organization_id }: ProjectValues): Promise<boolean> {
    if (ctx.principal?.type !== 'user') return false;
    const { id } = ctx.principal;
    return owner_id === id || (await this.organizations.roleOf(ctx, organization_id, id)) === 'owner';
  }

  /** Whether a status change is possible from `status`, and where it leads. */
  transition(name: ProjectTransition): { from: readonly ProjectStatus[]; to: ProjectStatus } {
    return TRANSITIONS[name];
  }

  /** Edits the project; a change of name alone is logged as `project.renamed`. */
  async edit(ctx: RequestContext, id: string, edits: ProjectEdits): Promise<void> {
    const before = await this.locked(ctx, id);
    const changes = edits.name === undefined ? edits : { ...edits, search_text: fold(edits.name) };
    if (Object.keys(changes).length && !(await this.projects.updateWhile(ctx, id, LIVE, changes))) {
      throw new AppError('invalid_transition');
    }
    const after = { ...before, ...edits };
    const renamedOnly = Object.keys(edits).join() === 'name' && after.name !== before.name;
    ctx.audit
      .as(renamedOnly ? 'project.renamed' : 'project.updated')
      .change(projectTarget(after), editable(before), editable(after));
  }

  /**
   * Changes the status, guarded: of two that race, the second finds the status changed.
   * @throws AppError `invalid_transition`, `suspended_by_platform`
   */
  async transit(ctx: RequestContext, id: string, name: ProjectTransition, reason?: string): Promise<void> {
    const { to, event } = TRANSITIONS[name];
    const before = await this.locked(ctx, id);
    const power = powerOf(ctx, 'team');
    const from = isOverruled(before, name, power) ? [before.status] : TRANSITIONS[name].from;
    const refusal = name === 'activate' ? refusalToLift(before.suspended_by, power) : null;
    if (refusal) throw refusal;
    const changes = { status: to, suspended_by: name === 'suspend' ? power : null };
    if (!(await this.projects.updateWhile(ctx, id, [...from], changes))) {
      throw new AppError('invalid_transition', { details: { status: before.status, allowed_from: from } });
    }
    ctx.audit
      .as(event)
      .inProject(id)
      .because(reason)
      .change(projectTarget(before), { status: before.status }, { status: to });
    if (to === 'deleted') await this.cascades.rightsLost(ctx, { projectId: id });
  }

  /**
   * Marks the project as verified by the calling platform admin, guarded like a change of status.
   * @throws AppError `invalid_transition` when it is already
   */
  async verify(ctx: RequestContext, id: string, reason?: string): Promise<void> {
    const before = await this.locked(ctx, id);
    const verified_at = new Date();
    if (!(await this.projects.verify(ctx, id, verified_at, ctx.user.id)))
      throw new AppError('invalid_transition', {
        message: 'The project is already verified, or it is deleted.',
      });
    ctx.audit
      .as('project.verified')
      .because(reason)
      .change(
        projectTarget(before),
        { verified: false },
        { verified: true, verified_at: verified_at.toISOString() },
      );
  }

  /** Activates a new project at its first successful call with a key. @throws AppError `invalid_transition` when it is not new */
  async activateAtFirstCall(ctx: RequestContext, id: string): Promise<void> {
    const project = await this.locked(ctx, id);
    if (!(await this.projects.updateWhile(ctx, id, ['new'], { status: 'activated' }))) {
      throw new AppError('invalid_transition');
    }
    ctx.audit
      .because('first call with an API key')
      .change(projectTarget(project), { status: 'new' }, { status: 'activated' });
  }

  /** The project as it is until the unit of work ends, so that the event log tells the truth of what was before. */
  private async locked(ctx: RequestContext, id: string): Promise<ProjectEntity> {
    return found(await this.projects.lock(ctx, id));
  }
}

function found(project: ProjectEntity | null): ProjectEntity {
  if (!project) throw new AppError('not_found');
  return project;
}

/** The values that people edit, alone. */
export function editable(values: Editable): Editable {
  const { name, description, country, purpose, billing_owner_email, key_max_lifetime_days } = values;
  return { name, description, country, purpose, billing_owner_email, key_max_lifetime_days };
}
