import { Injectable } from '@nestjs/common';
import type { HiddenAttributes } from '../../kernel/context/hidden-attributes.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';
import { ProjectRights } from './project-rights.service.js';

/** How many platform admins are asked to review something. */
const MOST_REVIEWERS = 20;

/** Who is written to about a project beyond its team. */
@Injectable()
export class ProjectContacts {
  constructor(
    private readonly members: MemberService,
    private readonly users: UserService,
    private readonly rights: ProjectRights,
  ) {}

  /** Those of some people who are active and may still see the project, with what is hidden from them there; by id. */
  async present(
    ctx: RequestContext,
    projectId: string,
    userIds: readonly string[],
  ): Promise<Map<string, { user: User; hidden: HiddenAttributes }>> {
    const present = new Map<string, { user: User; hidden: HiddenAttributes }>();
    for (const user of (await this.users.findMany(ctx, [...new Set(userIds)])).values()) {
      const grant = user.status === 'activated' ? await this.rights.of(ctx, user, projectId) : null;
      if (grant) present.set(user.id, { user, hidden: grant.hidden });
    }
    return present;
  }

  /** The platform admins who are asked to review something, at most twenty. */
  reviewers(ctx: RequestContext): Promise<User[]> {
    return this.users.admins(ctx, MOST_REVIEWERS);
  }

  /** Who hears what became of a wish: the person who had it, or, of a key's, the administrators of the team. */
  async askers(ctx: RequestContext, projectId: string, principalId: string): Promise<User[]> {
    const person = await this.users.find(ctx, principalId);
    if (person) return person.status === 'activated' ? [person] : [];
    return this.members.administrators(ctx, projectId);
  }
}
