import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type Authenticated, UserService } from '../users/user.service.js';
import { SignInThrottle } from './sign-in-throttle.js';

/** Asks somebody who is signed in for their password again, before what a stolen session must not do. */
@Injectable()
export class PresentPassword {
  constructor(
    private readonly users: UserService,
    private readonly throttle: SignInThrottle,
  ) {}

  /**
   * The caller's account. Wrong guesses count as failed sign-ins; `param` is where the password stood.
   * @throws AppError `wrong_current_password`, `too_many_attempts`, `server_busy`
   */
  async check(ctx: RequestContext, password: string, param = 'password'): Promise<Authenticated> {
    const { email } = ctx.user;
    const authenticated = await this.throttle.attempt(ctx, await this.users.limitKey(ctx, email), () =>
      this.users.authenticate(ctx, email, password),
    );
    if (!authenticated) throw new AppError('wrong_current_password', { param });
    return authenticated;
  }
}
