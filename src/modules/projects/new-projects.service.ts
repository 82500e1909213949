import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { fold } from '../../kernel/text/search.js';
import { NotificationService } from '../notifications/notification.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { displayName, UserService } from '../users/user.service.js';
import { OwnerLimit } from './owner-limit.service.js';
import type { Environment, ProjectEntity } from './project.entity.js';
import { WELCOME_MAIL } from './project.mails.js';
import { ProjectRepository } from './project.repository.js';

/** What a new project begins with. */
export type NewProject = Pick<ProjectEntity, 'organization_id' | 'name' | 'environment'> &
  Partial<Pick<ProjectEntity, 'purpose' | 'country' | 'description'>>;

/** Makes projects, whatever made somebody ask for one. What the event log says of it is the caller's. */
@Injectable()
export class NewProjects {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly limit: OwnerLimit,
    private readonly users: UserService,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly notifications: NotificationService,
    private readonly config: Config,
  ) {}

  /** Makes a project with its owner as administrator, and schedules the welcome mail. The owner was admitted. */
  async make(ctx: RequestContext, owner: User, given: NewProject): Promise<ProjectEntity> {
    const project: ProjectEntity = {
      id: newId('prj'),
      organization_id: given.organization_id,
      owner_id: owner.id,
      name: given.name,
      search_text: fold(given.name),
      status: 'new',
      suspended_by: null,
      environment: given.environment,
      purpose: given.purpose ?? null,
      country: given.country ?? null,
      description: given.description ?? null,
      billing_owner_email: null,
      key_max_lifetime_days: null,
      verified_at: null,
      verified_by: null,
      created_at: new Date(),
    };
    await this.projects.insert(ctx, project);
    await this.members.addOwner(ctx, project.id, owner.id);
    await this.notifications.notify(ctx, {
      to: owner.email,
      toName: displayName(owner),
      userId: owner.id,
      template: WELCOME_MAIL,
      data: {
        name: owner.first_name,
        projectName: project.name,
        projectUrl: `${this.config.publicUrl}/docs`,
      },
    });
    return project;
  }

  /**
   * Makes a project of the same owner and organization as another one. It has nothing else of it.
   * @throws AppError `not_found`, `owner_missing`, `project_limit_reached`
   */
  async besides(
    ctx: RequestContext,
    projectId: string,
    { name, environment }: { name: string; environment: Environment },
  ): Promise<{ id: string; name: string; owner: User }> {
    const source = await this.projects.lock(ctx, projectId);
    if (!source || source.status === 'deleted') throw new AppError('not_found');
    const owner = await this.users.find(ctx, source.owner_id);
    if (owner?.status !== 'activated' && owner?.status !== 'new')
      throw new AppError('owner_missing', {
        message:
          "The owner's account is not active, so it cannot own another project; transfer this one first.",
      });
    await this.limit.admit(ctx, owner.id);
    if (!(await this.organizations.hold(ctx, source.organization_id))) throw new AppError('not_found');
    const { id } = await this.make(ctx, owner, {
      organization_id: source.organization_id,
      name,
      environment,
    });
    return { id, name, owner };
  }
}
