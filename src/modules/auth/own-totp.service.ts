import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { AppError } from '../../kernel/errors/app-error.js';
import type { TotpSetup } from '../users/totp.dto.js';
import { TotpService } from '../users/totp.service.js';
import type { User } from '../users/user.dto.js';
import { UserService } from '../users/user.service.js';
import { SignInThrottle } from './sign-in-throttle.js';

/** What people do with their own second factor. Wrong codes count as failed sign-ins. */
@Injectable()
export class OwnTotp {
  constructor(
    private readonly totp: TotpService,
    private readonly users: UserService,
    private readonly throttle: SignInThrottle,
  ) {}

  /** @throws AppError `invalid_transition` when it is on */
  prepare(ctx: RequestContext): Promise<TotpSetup> {
    return this.totp.prepare(ctx, ctx.user.id);
  }

  /** @throws AppError `wrong_totp_code`, `invalid_transition` before {@link prepare} and when it is on, `too_many_attempts` */
  async enable(ctx: RequestContext, code: string): Promise<{ enabled: true }> {
    const user = await this.users.get(ctx, ctx.user.id);
    if (user.totp_enabled)
      throw new AppError('invalid_transition', { message: 'Two-factor sign-in is on already.' });
    if (!(await this.totp.isPrepared(ctx, user.id)))
      throw new AppError('invalid_transition', {
        message: 'There is no secret yet: begin with POST /v1/me/totp.',
      });
    await this.use(ctx, user, code, false);
    return this.totp.enable(ctx, user);
  }

  /** @throws AppError `wrong_totp_code`, `invalid_transition` when it is not on, `too_many_attempts` */
  async disable(ctx: RequestContext, code: string): Promise<{ enabled: false }> {
    const user = await this.users.get(ctx, ctx.user.id);
    if (!user.totp_enabled)
      throw new AppError('invalid_transition', { message: 'Two-factor sign-in is not on.' });
    await this.use(ctx, user, code, true);
    await this.totp.disable(ctx, user);
    return { enabled: false };
  }

  private async use(ctx: RequestContext, user: User, code: string, recovery: boolean): Promise<void> {
    const fitting = await this.throttle.attempt(ctx, await this.users.limitKey(ctx, user.email), () =>
      this.totp.fitting(ctx, user.id, code, { recovery }),
    );
    if (!fitting || !(await fitting.use(ctx))) throw new AppError('wrong_totp_code', { param: 'code' });
  }
}
