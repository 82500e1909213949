import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { UserService } from '../users/user.service.js';
import { OrganizationRepository } from './organization.repository.js';

/** How many organizations a user may own beside the personal one: `MAX_ORGANIZATIONS`. Each has a quota of its own. */
@Injectable()
export class OrganizationLimit {
  constructor(
    private readonly organizations: OrganizationRepository,
    private readonly users: UserService,
    private readonly config: Config,
  ) {}

  /**
   * Refuses one more. The user stays locked until the unit of work ends, so that several at once cannot pass together.
   * Platform admins pass.
   * @throws AppError `limit_reached`
   */
  async admit(ctx: RequestContext, userId: string): Promise<void> {
    const limit = this.config.maxOrganizations;
    if (limit === null || ctx.isPlatformAdmin) return;
    await this.users.lock(ctx, userId);
    if ((await this.organizations.countOwned(ctx, userId)) < limit) return;
    throw new AppError('limit_reached', {
      message: 'This person owns as many organizations as one may; details.limit says how many.',
      details: { limit },
    });
  }
}
