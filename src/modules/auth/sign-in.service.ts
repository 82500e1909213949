import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { PasswordChanges } from '../users/password-changes.service.js';
import { SessionService } from '../users/session.service.js';
import type { SignInWithTotp } from '../users/totp.dto.js';
import { TotpService } from '../users/totp.service.js';
import type { User } from '../users/user.dto.js';
import { type Authenticated, displayName, UserService, userTarget } from '../users/user.service.js';
import type { SignedIn, SignIn } from './auth.dto.js';
import { FailedSignIns } from './failed-sign-ins.service.js';
import { PresentPassword } from './present-password.service.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { TotpTickets } from './totp-tickets.js';

/** Signing in and out. */
@Injectable()
export class SignInService {
  constructor(
    private readonly users: UserService,
    private readonly sessions: SessionService,
    private readonly passwords: PasswordChanges,
    private readonly present: PresentPassword,
    private readonly throttle: SignInThrottle,
    private readonly failures: FailedSignIns,
    private readonly tickets: TotpTickets,
    private readonly totp: TotpService,
    private readonly config: Config,
  ) {}

  /**
   * Opens a session. An unknown address and a wrong password answer the same, after the same time.
   * @throws AppError `invalid_credentials`, `too_many_attempts`, `account_not_activated`, `account_suspended`;
   *   `totp_required` with a ticket where a code is missing
   */
  async signIn(ctx: RequestContext, input: SignIn): Promise<SignedIn> {
    const authenticated = await this.throttle.attempt(
      ctx,
      await this.users.limitKey(ctx, input.email),
      () => this.users.authenticate(ctx, input.email, input.password),
      ({ user }) => !user.totp_enabled,
    );
    if (!authenticated) throw await this.refuse(ctx, input.email, new AppError('invalid_credentials'));
    const { user } = authenticated;
    if (user.status === 'new')
      throw await this.refuse(ctx, input.email, new AppError('account_not_activated'), user);
    if (user.status === 'suspended')
      throw await this.refuse(ctx, input.email, new AppError('account_suspended'), user);
    if (!(await this.mayUsePassword(ctx, user)))
      throw await this.refuse(ctx, input.email, new AppError('password_login_off'), user);
    if (user.totp_enabled)
      throw new AppError('totp_required', { details: { ticket: this.tickets.issue(authenticated) } });
    return this.open(ctx, authenticated, {});
  }

  /**
   * Opens a session for whoever has a ticket and a code. Wrong ones count as failed sign-ins.
   * @throws AppError `invalid_ticket`, `invalid_credentials`, `too_many_attempts`
   */
  async signInWithTotp(ctx: RequestContext, { ticket, code }: SignInWithTotp): Promise<SignedIn> {
    const authenticated = await this.tickets.redeem(ctx, ticket);
    const { id, email } = authenticated.user;
    const fitting = await this.throttle.attempt(ctx, await this.users.limitKey(ctx, email), () =>
      this.totp.fitting(ctx, id, code),
    );
    if (!fitting) throw await this.refuse(ctx, email, wrongCode(), authenticated.user);
    await this.tickets.forget(id);
    if (!(await fitting.use(ctx))) throw wrongCode();
    if (fitting.kind === 'totp') return this.open(ctx, authenticated, {});
    const recovery_codes_left = await this.totp.codesLeft(ctx, id);
    return this.open(ctx, authenticated, { recovery_codes_left });
  }

  /** Opens the session of somebody who has proved who they are; `more` goes into the event. */
  async open(
    ctx: RequestContext,
    authenticated: Authenticated,
    more: Record<string, unknown>,
  ): Promise<SignedIn> {
    const { user } = authenticated;
    const { token, session } = await this.sessions.open(ctx, user.id);
    // A password change or suspension that came in between has ended the sessions before this one was there.
    if (!(await this.users.isStill(ctx, authenticated))) throw new AppError('invalid_credentials');
    ctx.audit
      .as('user.signed_in')
      .by({ id: user.id, name: displayName(user) })
      .about(user.id)
      .change(userTarget(user), null, {
        session: session.id,
        device: session.device,
        location: session.location,
        ...more,
      });
    return {
      token,
      session,
      user: await this.users.get(ctx, user.id),
      ...(user.password_change_required ? { password_change_required: true as const } : {}),
    };
  }

  /**
   * Changes the caller's password; every other session of theirs ends. Wrong guesses count as failed sign-ins.
   * @throws AppError `wrong_current_password`, `validation_failed`, `too_many_attempts`
   */
  async changePassword(ctx: RequestContext, current: string, next: string): Promise<{ changed: true }> {
    return this.passwords.change(ctx, await this.present.check(ctx, current, 'current_password'), next);
  }

  /** Without `PASSWORD_LOGIN`, the first admin alone: the way in when the provider is gone. */
  private async mayUsePassword(ctx: RequestContext, { id, email, platform_role }: User): Promise<boolean> {
    if (this.config.passwordLogin) return true;
    if (platform_role !== 'admin') return false;
    return email === this.config.adminEmail.toLowerCase() || (await this.users.firstAdmin(ctx)) === id;
  }

  /** Notes the failure in the event log, which stays although the request fails. */
  private async refuse(ctx: RequestContext, email: string, error: AppError, user?: User): Promise<AppError> {
    const known = user ?? (await this.users.findByEmail(ctx, email));
    return this.failures.note(ctx, email, known?.id ?? null, error);
  }
}

function wrongCode(): AppError {
  return new AppError('invalid_credentials', {
    param: 'code',
    message: 'The code is wrong, or was already used.',
  });
}
