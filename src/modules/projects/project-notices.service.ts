import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { NotificationService } from '../notifications/notification.service.js';
import { MemberService } from '../teams/member.service.js';
import type { User } from '../users/user.dto.js';
import { displayName } from '../users/user.service.js';
import { OWNERSHIP_MAIL, PROJECT_STOPPED_MAIL } from './project.mails.js';

/** Tells people by mail what became of a project of theirs. */
@Injectable()
export class ProjectNotices {
  constructor(
    private readonly members: MemberService,
    private readonly notifications: NotificationService,
  ) {}

  /** Tells the team, but not whoever did it, that the project was suspended or deleted. */
  async stopped(
    ctx: RequestContext,
    project: { id: string; name: string },
    what: 'suspended' | 'deleted',
    reason?: string,
  ): Promise<void> {
    for (const person of await this.members.audience(ctx, project.id)) {
      await this.notifications.notify(ctx, {
        to: person.email,
        toName: displayName(person),
        userId: person.id,
        template: PROJECT_STOPPED_MAIL,
        data: { name: person.first_name, projectName: project.name, what, reason: reason ?? null },
      });
    }
  }

  /** Tells the new owner and the former one, unless stopped there, whoever made the transfer. */
  async transferred(
    ctx: RequestContext,
    { id, name: projectName }: { id: string; name: string },
    { from, to }: { from: User; to: User },
  ): Promise<void> {
    for (const person of [to, from]) {
      if (!(await this.members.isActive(ctx, id, person.id))) continue;
      await this.notifications.notify(ctx, {
        to: person.email,
        toName: displayName(person),
        userId: person.id,
        template: OWNERSHIP_MAIL,
        data: { name: person.first_name, projectName, newOwner: displayName(to), yours: person === to },
      });
    }
  }
}
