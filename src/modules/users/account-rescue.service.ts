import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { Passwords } from './passwords.js';
import { SessionService } from './session.service.js';
import { TotpService } from './totp.service.js';
import { toUser } from './user.dto.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { type NewUser, UserService, userTarget } from './user.service.js';
import { UserTokenRepository } from './user-token.repository.js';

/** What the command line does for admins, and those who locked themselves out; whoever runs it has the database anyway. */
@Injectable()
export class AccountRescue {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: UserTokenRepository,
    private readonly sessions: SessionService,
    private readonly passwords: Passwords,
    private readonly totp: TotpService,
    private readonly accounts: UserService,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * Makes a platform admin with a temporary password, which is returned this once and must be changed at the first
   * sign-in.
   * @throws AppError `email_taken`
   */
  async createAdmin(person: Omit<NewUser, 'password'>): Promise<string> {
    const password = randomBytes(15).toString('base64url');
    const ctx = RequestContext.system('cli', newId('req'));
    const options = { status: 'activated', platform_role: 'admin', password_change_required: true } as const;
    await this.units.run(ctx, { events: ['user.created'] }, async () => {
      const user = await this.accounts.create(ctx, { ...person, password }, options);
      const { email, first_name, name, status, platform_role } = user;
      const made = { email, first_name, name, status, platform_role };
      ctx.audit.about(user.id).change(userTarget(user), null, made);
    });
    return password;
  }

  /** Turns two-factor sign-in off and ends the sessions. @throws AppError `not_found`, `invalid_transition` */
  resetTotp(email: string): Promise<void> {
    const ctx = RequestContext.system('cli', newId('req'));
    return this.units.run(ctx, { events: ['user.totp_reset'] }, async () => {
      const user = await this.find(ctx, email);
      await this.totp.disable(ctx, toUser(user));
      await this.sessions.endAll(ctx, user.id);
    });
  }

  /**
   * Gives the account a temporary password, which must be changed at the first sign-in; sessions and mailed links end,
   * and an account that was never activated becomes active.
   * @throws AppError `not_found`, `account_suspended`
   */
  async resetPassword(email: string): Promise<string> {
    const password = randomBytes(15).toString('base64url');
    const password_hash = await this.passwords.hash(password);
    const ctx = RequestContext.system('cli', newId('req'));
    await this.units.run(ctx, { events: ['user.password_changed'] }, async () => {
      const user = await this.find(ctx, email);
      if (user.status === 'suspended') throw new AppError('account_suspended');
      const changes = { password_hash, password_change_required: true, status: 'activated' } as const;
      await this.users.updateWhile(ctx, user.id, ['new', 'activated'], changes);
      await this.tokens.deleteOfUser(ctx, user.id);
      await this.sessions.endAll(ctx, user.id);
      ctx.audit.about(user.id).change(userTarget(user), { status: user.status }, { status: 'activated' });
    });
    return password;
  }

  private async find(ctx: RequestContext, email: string): Promise<UserEntity> {
    const found = await this.users.findByEmail(ctx, email.trim().toLowerCase());
    const user = found && (await this.users.lock(ctx, found.id));
    if (!user) throw new AppError('not_found', { message: `There is no account with the address ${email}.` });
    return user;
  }
}
