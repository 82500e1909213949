import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { NotificationService } from '../notifications/notification.service.js';
import { OrganizationService } from '../organizations/organization.service.js';
import type { Register, User } from '../users/user.dto.js';
import { displayName, userTarget, UserService, type NewUserOptions } from '../users/user.service.js';

/** How accounts come to be. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UserService,
    private readonly organizations: OrganizationService,
    private readonly notifications: NotificationService,
    private readonly config: Config,
  ) {}

  /**
   * Registers a person: an account, its personal organization and the activation mail.
   * @throws AppError `email_taken`, `validation_failed`
   */
  async register(ctx: RequestContext, input: Register): Promise<User> {
    const user = await this.create(ctx, input);
    const token = await this.users.issueActivationToken(ctx, user.id);
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      template: 'activation',
      data: { name: user.first_name, link: `${this.config.publicUrl}/activate#token=${token}` },
    });
    return user;
  }

  /** Creates the account and what every account has from its first moment. */
  async create(ctx: RequestContext, input: Register, options: NewUserOptions = {}): Promise<User> {
    const user = await this.users.create(ctx, input, options);
    const organization = await this.organizations.createPersonal(ctx, {
      id: user.id,
      name: displayName(user),
    });
    const { email, first_name, name, status, platform_role } = user;
    ctx.audit
      .about(user.id)
      .change(userTarget(user), null, { email, first_name, name, status, platform_role })
      .effect('organization.created', { type: 'organization', id: organization.id, name: organization.name });
    return user;
  }
}
