import { Injectable } from '@nestjs/common';
import { ALL_PERMISSIONS, type Permission } from '../../kernel/access/permissions.js';
import { type HiddenAttributes, NOTHING_HIDDEN } from '../../kernel/context/hidden-attributes.js';
import type { ProjectInContext, RequestContext } from '../../kernel/context/request-context.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { ProjectRepository } from './project.repository.js';
import { toProjectInContext } from './project.service.js';

/** What a person may do in one project. */
export interface ProjectGrant {
  readonly project: ProjectInContext;
  readonly role: { readonly id: string; readonly name: string } | null;
  readonly permissions: ReadonlySet<Permission>;
  readonly memberId: string | null;
  readonly hidden: HiddenAttributes;
}

const EVERYTHING: ReadonlySet<Permission> = new Set(ALL_PERMISSIONS);

/** The one decision what people may do in projects: as platform admin, by the organization, or as member of the team. */
@Injectable()
export class ProjectRights {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
  ) {}

  /** Null when the project does not exist, or may not even be known to exist. That the account is active, the caller knows. */
  async of(
    ctx: RequestContext,
    user: Pick<User, 'id' | 'platform_role'>,
    projectId: string,
  ): Promise<ProjectGrant | null> {
    const row = await this.projects.find(ctx, projectId);
    if (!row) return null;
    const project = toProjectInContext(row);
    const membership = await this.members.membership(ctx, projectId, user.id);
    const memberId = membership?.active ? membership.id : null;
    const unrestricted = { project, memberId, hidden: NOTHING_HIDDEN };
    if (user.platform_role === 'admin') return { ...unrestricted, role: null, permissions: EVERYTHING };
    if (project.status === 'deleted') return null;
    const organization = await this.organizations.standing(ctx, project.organizationId, user.id);
    // Suspended in the organization, a person is stopped in all its projects.
    if (organization?.status === 'suspended') return null;
    const owns = membership?.active && project.ownerId === user.id;
    if (owns || organization?.role === 'owner' || organization?.role === 'admin') {
      const role = this.members.administrator;
      return { ...unrestricted, role, permissions: role.permissions };
    }
    if (!membership?.active) return null;
    const { role, hidden } = await this.members.powers(ctx, projectId, membership.roleId);
    return { project, role, permissions: role.permissions, memberId, hidden };
  }
}
