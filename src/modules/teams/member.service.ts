import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import type { HiddenAttributes } from '../../kernel/visibility/hidden-attributes.js';
import { HiddenFromRoles } from '../roles/hidden-from-roles.service.js';
import { SYSTEM_ROLES } from '../roles/system-roles.js';
import { MemberRepository } from './member.repository.js';

/** A person's place in a team. */
export interface Membership {
  readonly id: string;
  readonly roleId: string;
  readonly active: boolean;
}

/** The people of projects. */
@Injectable()
export class MemberService {
  constructor(
    private readonly members: MemberRepository,
    private readonly hidden: HiddenFromRoles,
  ) {}

  /** Makes a new project's owner its administrator. */
  async addOwner(ctx: RequestContext, projectId: string, userId: string): Promise<void> {
    await this.members.insert(ctx, {
      id: newId('mbr'),
      project_id: projectId,
      user_id: userId,
      role_id: SYSTEM_ROLES.administrator.id,
      status: 'active',
      added_at: new Date(),
    });
  }

  /** The users who administer a project as members of its team. */
  administratorIds(ctx: RequestContext, projectId: string): Promise<string[]> {
    return this.members.activeUserIds(ctx, projectId, SYSTEM_ROLES.administrator.id);
  }

  /** The user's membership of a project, or null. */
  async membership(
    ctx: RequestContext | null,
    projectId: string,
    userId: string,
  ): Promise<Membership | null> {
    const member = await this.members.find(ctx, projectId, userId);
    return member && { id: member.id, roleId: member.role_id, active: member.status === 'active' };
  }

  /** What visibility rules hide from a member in each of some projects; projects where nothing is are left out. */
  async hiddenFrom(
    ctx: RequestContext,
    userId: string,
    projectIds: string[],
  ): Promise<Map<string, HiddenAttributes>> {
    if (projectIds.length === 0) return new Map();
    const memberships = await this.members.findActive(ctx, userId, projectIds);
    return this.hidden.inProjects(ctx, new Map(memberships.map(one => [one.project_id, one.role_id])));
  }
}
