import { Injectable } from '@nestjs/common';
import { ALL_PERMISSIONS, type Permission } from '../../kernel/access/permissions.js';
import { RequestContext, type Grant, type ProjectInContext } from '../../kernel/context/request-context.js';
import { NOTHING_HIDDEN, type HiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import { OrganizationService } from '../organizations/organization.service.js';
import { ProjectService } from '../projects/project.service.js';
import { HiddenFromRoles } from '../roles/hidden-from-roles.service.js';
import { RoleService } from '../roles/role.service.js';
import { orViewer, SYSTEM_ROLES, type Role } from '../roles/system-roles.js';
import { MemberService } from '../teams/member.service.js';
import { AccessCache } from '../../kernel/access-cache/access-cache.js';
import type { UserCaller } from './caller.js';

/** What a person may do in one project. */
export interface ProjectGrant {
  readonly project: ProjectInContext;
  readonly role: Pick<Role, 'id' | 'name'> | null;
  readonly permissions: ReadonlySet<Permission>;
  readonly memberId: string | null;
  readonly hidden: HiddenAttributes;
}

const CTX = RequestContext.reading('access');
const EVERYTHING: ReadonlySet<Permission> = new Set(ALL_PERMISSIONS);

/** Decides what people may do in projects: as platform admin, by the organization, or as member of the team. */
@Injectable()
export class ProjectAccess {
  constructor(
    private readonly projects: ProjectService,
    private readonly organizations: OrganizationService,
    private readonly members: MemberService,
    private readonly roles: RoleService,
    private readonly hidden: HiddenFromRoles,
    private readonly cache: AccessCache,
  ) {}

  /** Null when the project does not exist, or may not even be known to exist. */
  ofUser(caller: UserCaller, projectId: string): Promise<(ProjectGrant & Grant) | null> {
    return this.cache.getOrLoad(`${caller.user.id} ${projectId}`, () => this.load(caller, projectId));
  }

  private async load(caller: UserCaller, projectId: string): Promise<(ProjectGrant & Grant) | null> {
    const project = await this.projects.findForAccess(CTX, projectId);
    if (!project) return null;
    const { principal, user } = caller;
    const membership = await this.members.membership(CTX, projectId, user.id);
    const memberId = membership?.active ? membership.id : null;
    const unrestricted = { principal, project, memberId, hidden: NOTHING_HIDDEN };
    if (user.platform_role === 'admin') return { ...unrestricted, role: null, permissions: EVERYTHING };
    if (project.status === 'deleted') return null;
    const organization = await this.organizations.standing(CTX, project.organizationId, user.id);
    // Suspended in the organization, a person is stopped in all its projects.
    if (organization?.status === 'suspended') return null;
    const owns = membership?.active && project.ownerId === user.id;
    if (owns || organization?.role === 'owner' || organization?.role === 'admin') {
      const role = SYSTEM_ROLES.administrator;
      return { ...unrestricted, role, permissions: role.permissions };
    }
    if (!membership?.active) return null;
    const role = orViewer(await this.roles.find(CTX, projectId, membership.roleId));
    const hidden = await this.hidden.of(CTX, projectId, [role.id]);
    return { principal, project, role, permissions: role.permissions, memberId, hidden };
  }
}
