import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { PasswordChanges } from '../users/password-changes.service.js';
import { SessionService } from '../users/session.service.js';
import type { User } from '../users/user.dto.js';
import { displayName, UserService, userTarget } from '../users/user.service.js';
import type { SignedIn, SignIn } from './auth.dto.js';
import { FailedSignIns } from './failed-sign-ins.service.js';
import { PresentPassword } from './present-password.service.js';
import { SignInThrottle } from './sign-in-throttle.js';

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
  ) {}

  /**
   * Opens a session. An unknown address and a wrong password answer the same, after the same time.
   * @throws AppError `invalid_credentials`, `too_many_attempts`, `account_not_activated`, `account_suspended`
   */
  async signIn(ctx: RequestContext, input: SignIn): Promise<SignedIn> {
    const authenticated = await this.throttle.attempt(ctx, await this.users.limitKey(ctx, input.email), () =>
      this.users.authenticate(ctx, input.email, input.password),
    );
    if (!authenticated) throw await this.refuse(ctx, input.email, new AppError('invalid_credentials'));
    const { user } = authenticated;
    if (user.status === 'new')
      throw await this.refuse(ctx, input.email, new AppError('account_not_activated'), user);
    if (user.status === 'suspended')
      throw await this.refuse(ctx, input.email, new AppError('account_suspended'), user);
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

  /** Notes the failure in the event log, which stays although the request fails. */
  private async refuse(ctx: RequestContext, email: string, error: AppError, user?: User): Promise<AppError> {
    const known = user ?? (await this.users.findByEmail(ctx, email));
    return this.failures.note(ctx, email, known?.id ?? null, error);
  }
}
