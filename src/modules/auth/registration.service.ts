import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { MailLimits } from '../notifications/mail-limits.js';
import { NotificationService } from '../notifications/notification.service.js';
import { TEMPORARY_PASSWORD_MAIL } from '../users/account.mails.js';
import { ActivationMails } from '../users/activation-mails.service.js';
import { PasswordChanges } from '../users/password-changes.service.js';
import type { Activate, CreatedUser, Register, User } from '../users/user.dto.js';
import {
  displayName,
  type NewUser,
  type NewUserOptions,
  type PreparedUser,
  UserService,
  userTarget,
} from '../users/user.service.js';
import { RegistrationRule } from './registration-rule.service.js';
import { SignInThrottle } from './sign-in-throttle.js';

/** How accounts come to be. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UserService,
    private readonly rule: RegistrationRule,
    private readonly activations: ActivationMails,
    private readonly passwords: PasswordChanges,
    private readonly notifications: NotificationService,
    private readonly mailLimits: MailLimits,
    private readonly throttle: SignInThrottle,
    private readonly config: Config,
  ) {}

  /**
   * Registers a person: an account, its personal organization and the activation mail. An address that has an account
   * answers the same, and its owner is mailed. For platform admins, see {@link createFor}.
   * @throws AppError `registration_closed`, `validation_failed`, `too_many_mails`; for admins `email_taken`
   */
  async register(ctx: RequestContext, input: Register): Promise<CreatedUser> {
    const { password } = input;
    if (!ctx.isPlatformAdmin) await this.rule.admit(ctx, input.email);
    await this.mailLimits.admit(ctx, input.email);
    if (ctx.isPlatformAdmin) return this.createFor(ctx, input);
    if (password === undefined) throw invalidField('password', 'is required', 'Choose 12 to 128 characters.');
    // Hashed for taken addresses, too: it is what takes the time.
    const prepared = await this.users.prepare(ctx, { ...input, password });
    if (await this.users.findByEmail(ctx, input.email)) return this.repeat(ctx, prepared);
    try {
      const user = await this.users.insert(ctx, prepared);
      this.log(ctx, user);
      await this.activations.send(ctx, user);
      return user;
    } catch (error) {
      // Of several at once, one makes the account; the insert of the others was the first they wrote.
      if (error instanceof AppError && error.code === 'email_taken') return this.repeat(ctx, prepared);
      throw error;
    }
  }

  /** Answers somebody who registered with the address of an account as if they had made one, and tells its owner. */
  private async repeat(ctx: RequestContext, prepared: PreparedUser): Promise<User> {
    const owner = await this.users.findByEmail(ctx, prepared.email);
    if (!owner) throw new AppError('database_busy');
    await this.passwords.mailRegisteredAlready(ctx, owner);
    ctx.audit
      .as('user.registration_repeated')
      .ended('failed')
      .because('email_taken')
      .about(owner.id)
      .change(userTarget(owner), null, null);
    return this.users.pretend(prepared);
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

  /** Creates the account, and says so in the event log. @throws AppError `email_taken`, `validation_failed` */
  async create(ctx: RequestContext, input: NewUser, options: NewUserOptions = {}): Promise<User> {
    const user = await this.users.create(ctx, input, options);
    this.log(ctx, user);
    return user;
  }

  private log(ctx: RequestContext, user: User): void {
    const { email, first_name, name, status, platform_role } = user;
    ctx.audit
      .as('user.created')
      .about(user.id)
      .change(userTarget(user), null, { email, first_name, name, status, platform_role });
  }
}
