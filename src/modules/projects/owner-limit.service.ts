import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { UserService } from '../users/user.service.js';
import { ProjectRepository } from './project.repository.js';

/** How many projects a person may own. */
@Injectable()
export class OwnerLimit {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly users: UserService,
  ) {}

  /**
   * Locks the account of somebody who is to own one more project, so that of two projects at once the second
   * counts the first, and nobody becomes an owner while being deleted.
   * @throws AppError `project_limit_reached`, `account_suspended`
   */
  async admit(ctx: RequestContext, userId: string): Promise<void> {
    const { status, max_projects } = await this.users.lock(ctx, userId);
    if (status !== 'activated' && status !== 'new') throw new AppError('account_suspended');
    if (max_projects !== null && (await this.projects.countOwned(ctx, { userId })) >= max_projects) {
      throw new AppError('project_limit_reached');
    }
  }
}
