import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { MailLimits } from '../notifications/mail-limits.js';
import { NotificationService } from '../notifications/notification.service.js';
import { TEMPORARY_PASSWORD_MAIL } from '../users/account.mails.js';
import { ActivationMails } from '../users/activation-mails.service.js';
import type { Activate, CreatedUser, Register, User } from '../users/user.dto.js';
import {
  displayName,
  type NewUser,
  type NewUserOptions,
  UserService,
  userTarget,
} from '../users/user.service.js';
import { SignInThrottle } from './sign-in-throttle.js';

/** How accounts come to be. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UserService,
    private readonly activations: ActivationMails,
    private readonly notifications: NotificationService,
    private readonly mailLimits: MailLimits,
    private readonly throttle: SignInThrottle,
    private readonly config: Config,
  ) {}

  /**
   * Registers a person: an account, its personal organization and the activation mail. For platform admins,
   * see {@link createFor}.
   * @throws AppError `email_taken`, `validation_failed`, `too_many_mails`
   */
  async register(ctx: RequestContext, input: Register): Promise<CreatedUser> {
    await this.mailLimits.admit(ctx, input.email);
    if (ctx.isPlatformAdmin) return this.createFor(ctx, input);
    const { password } = input;
    if (password === undefined) throw invalidField('password', 'is required', 'Choose 12 to 128 characters.');
    const user = await this.create(ctx, { ...input, password });
    await this.activations.send(ctx, user);
    return user;
  }

  /**
   * Creates an account for somebody, active at once. Without a password it gets a temporary one, which is
   * returned this once and must be changed at first sign-in. The mail leaves it out: handing it over is for
   * the admin, so that no mailbox holds a password.
   */
  private async createFor(ctx: RequestContext, input: Register): Promise<CreatedUser> {
    const temporary_password =
      input.password === undefined ? randomBytes(15).toString('base64url') : undefined;
    const user = await this.create(
      ctx,
      { ...input, password: input.password ?? temporary_password! },
      { status: 'activated', password_change_required: temporary_password !== undefined },
    );
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: TEMPORARY_PASSWORD_MAIL,
      data: {
        name: user.first_name,
        temporary: temporary_password !== undefined,
        url: `${this.config.publicUrl}/docs`,
      },
    });
    return temporary_password === undefined ? user : { ...user, temporary_password };
  }

  /**
   * Activates an account for whoever has both the mailed token and the password it was registered with. Anybody can
   * register a stranger's address: the stranger, who has the mail, must not open the account to them.
   * @throws AppError `invalid_token`; `invalid_credentials` (403), after which the token is good still;
   *   `too_many_attempts`
   */
  async activate(ctx: RequestContext, { token, password }: Activate): Promise<User> {
    const { email } = await this.users.activatable(ctx, token);
    const authenticated = await this.throttle.attempt(ctx, await this.users.limitKey(ctx, email), () =>
      this.users.authenticate(ctx, email, password),
    );
    if (!authenticated) {
      throw new AppError('invalid_credentials', {
        forbidden: true,
        param: 'password',
        message:
          'This is not the password the account was registered with. If you did not register it, or forgot the ' +
          'password, ask for a password reset: it activates the account.',
      });
    }
    return this.users.activate(ctx, token);
  }

  /** Creates the account, and says so in the event log. */
  async create(ctx: RequestContext, input: NewUser, options: NewUserOptions = {}): Promise<User> {
    const user = await this.users.create(ctx, input, options);
    const { email, first_name, name, status, platform_role } = user;
    ctx.audit
      .about(user.id)
      .change(userTarget(user), null, { email, first_name, name, status, platform_role });
    return user;
  }
}
