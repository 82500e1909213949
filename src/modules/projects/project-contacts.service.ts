import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';

/** How many platform admins are asked to review something. */
const MOST_REVIEWERS = 20;

/** Who is written to about a project beyond its team. */
@Injectable()
export class ProjectContacts {
  constructor(
    private readonly members: MemberService,
    private readonly users: UserService,
  ) {}

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
