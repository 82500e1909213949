import type { RequestContext } from '../../kernel/context/request-context.js';
import type { AnswersConfiguration } from '../../kernel/facets/configuration.js';
import type { Effect } from '../../kernel/facets/effects.js';
import { Facet } from '../../kernel/facets/facets.js';
import type { AnswersOrganizationFigures } from '../../kernel/facets/figures.js';
import type { AnswersHandoffChecks, HandoffFinding } from '../../kernel/facets/handoff-checks.js';
import type { AnswersLookups, Found } from '../../kernel/facets/lookups.js';
import type { AnswersMetrics } from '../../kernel/facets/metrics.js';
import type { AnswersOwnership, Owner } from '../../kernel/facets/ownership.js';
import type { AnswersStandings, Standing } from '../../kernel/facets/standings.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { UserService } from '../users/user.service.js';
import { ProjectRepository } from './project.repository.js';
import { ProjectService } from './project.service.js';
import { ProjectConfiguration } from './project-configuration.js';
import { ProjectRights } from './project-rights.service.js';

/** Projects themselves can be looked up, configured, belong to organizations and have owners; people stand in them. */
@Facet()
export class ProjectsFacet
  implements
    AnswersConfiguration,
    AnswersHandoffChecks,
    AnswersLookups,
    AnswersMetrics,
    AnswersOrganizationFigures,
    AnswersOwnership,
    AnswersStandings
{
  readonly lookup = {
    prefix: 'prj',
    object: 'project',
    madeOf: ['project.name'],
    permission: 'project:read',
    find: (ctx: RequestContext, id: string) => this.find(ctx, id),
  } as const;

  readonly standing = {
    prefix: 'usr',
    of: (ctx: RequestContext, projectId: string, userId: string) => this.standingOf(ctx, projectId, userId),
  } as const;

  readonly metrics = {
    quota_percent: (ctx: RequestContext, id: string) => this.quotaUsed(ctx, id),
  };

  readonly handoffChecks = {
    purpose_labelled: (ctx: RequestContext, id: string) => this.purposeLabelled(ctx, id),
    billing_owner_named: (ctx: RequestContext, id: string) => this.billingOwnerNamed(ctx, id),
  };

  constructor(
    readonly configuration: ProjectConfiguration,
    private readonly projects: ProjectService,
    private readonly organizations: OrganizationService,
    private readonly repository: ProjectRepository,
    private readonly rights: ProjectRights,
    private readonly users: UserService,
  ) {}

  async organizationFigures(ctx: RequestContext, organizationIds: string[]) {
    const counts = await this.repository.countByOrganization(ctx, organizationIds);
    return new Map(organizationIds.map(id => [id, { project_count: counts.get(id) ?? 0 }]));
  }

  async ownedBy(ctx: RequestContext, owner: Owner): Promise<Effect[]> {
    return [{ effect: 'projects_owned', count: await this.repository.countOwned(ctx, owner) }];
  }

  private async purposeLabelled(ctx: RequestContext, id: string): Promise<HandoffFinding> {
    const purpose = (await this.repository.find(ctx, id))?.purpose ?? null;
    return {
      passed: purpose !== null,
      evidence: purpose === null ? null : { purpose },
      fix: `Say what the project is for: PATCH /v1/projects/${id}/settings with purpose.`,
    };
  }

  private async billingOwnerNamed(ctx: RequestContext, id: string): Promise<HandoffFinding> {
    const email = (await this.repository.find(ctx, id))?.billing_owner_email ?? null;
    return {
      passed: email !== null,
      evidence: email === null ? null : { billing_owner_email: email },
      fix: `Name who pays: PATCH /v1/projects/${id}/settings with billing_owner_email.`,
    };
  }

  private async standingOf(ctx: RequestContext, projectId: string, userId: string): Promise<Standing | null> {
    const user = await this.users.find(ctx, userId);
    return user?.status === 'activated' ? this.rights.of(ctx, user, projectId) : null;
  }

  private async quotaUsed(ctx: RequestContext, id: string): Promise<number | null> {
    const project = await this.projects.findForAccess(ctx, id);
    return project && this.organizations.quotaUsed(ctx, project.organizationId);
  }

  private async find(ctx: RequestContext, id: string): Promise<Found | null> {
    const project = await this.projects.findForAccess(ctx, id);
    return project && { id, projectId: id, name: project.name, url: `/v1/projects/${id}` };
  }
}
