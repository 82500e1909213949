import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken, newToken } from '../../kernel/crypto/tokens.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { Outbox } from '../../kernel/outbox/outbox.js';
import { MailLimits } from '../notifications/mail-limits.js';
import { NotificationService } from '../notifications/notification.service.js';
import { PASSWORD_CHANGED_MAIL, PASSWORD_RESET_MAIL, REGISTERED_ALREADY_MAIL } from './account.mails.js';
import { ActivationMails } from './activation-mails.service.js';
import { PasswordResetThrottle } from './password-reset-throttle.js';
import { type PasswordOwner, Passwords } from './passwords.js';
import { SessionService } from './session.service.js';
import type { User } from './user.dto.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { type Authenticated, displayName, invalidToken, userTarget } from './user.service.js';
import { UserTokenRepository } from './user-token.repository.js';

const RESET_MS = 60 * 60 * 1000;

/** The job that mails the link somebody asked for. */
export const MAIL_RESET = 'password-reset.mail';

/** Changing a password: by its owner, or with a mailed link by whoever forgot it. */
@Injectable()
export class PasswordChanges {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: UserTokenRepository,
    private readonly passwords: Passwords,
    private readonly sessions: SessionService,
    private readonly activations: ActivationMails,
    private readonly notifications: NotificationService,
    private readonly outbox: Outbox,
    private readonly mailLimits: MailLimits,
    private readonly throttle: PasswordResetThrottle,
    private readonly config: Config,
  ) {}

  /**
   * Sets a new password for the caller, who has just given the present one; every other session ends.
   * @throws AppError `validation_failed`; `wrong_current_password` when another change came first
   */
  async change(
    ctx: RequestContext,
    { user, proof }: Authenticated,
    next: string,
  ): Promise<{ changed: true }> {
    const hash = await this.hash(ctx, user, next);
    if (await this.passwords.matches(proof, next)) throw sameAsBefore();
    if (!(await this.users.replacePassword(ctx, user.id, proof, hash))) {
      throw new AppError('wrong_current_password', { param: 'current_password' });
    }
    await this.follow(ctx, user, ctx.user.sessionId);
    ctx.audit.about(user.id).change(userTarget(user), null, null);
    return { changed: true };
  }

  /**
   * Asks for a reset link. Whether there is an account makes no difference here, in what is done nor in the
   * time it takes: the mail is written by a job. More than a few requests for an address have no effect.
   * @throws AppError `too_many_mails`, which counts who asks, not whom the mail is for
   */
  async requestReset(ctx: RequestContext, email: string): Promise<{ accepted: true }> {
    await this.mailLimits.admitSender(ctx);
    if (!(await this.throttle.admits(email, ctx.ip)) || !(await this.mailLimits.admitsRecipient(email))) {
      ctx.audit.nothing();
      return { accepted: true };
    }
    const user = await this.users.findByEmail(ctx, email);
    await this.outbox.schedule(ctx, MAIL_RESET, user?.id ?? newId('usr'));
    ctx.audit.change(userTarget({ id: user?.id ?? 'unknown', email }), null, null);
    if (user) ctx.audit.about(user.id);
    else ctx.audit.ended('failed').because('no such account');
    return { accepted: true };
  }

  /**
   * Mails what a request asked for, if the account may have it: a reset link. Somebody who never activated the
   * account needs an activation link rather, and gets both.
   */
  async mailRequested(ctx: RequestContext, userId: string): Promise<void> {
    const found = await this.users.find(ctx, userId);
    // Locked: of several requests at once, the links of all but one end.
    const user = found?.status === 'new' ? await this.users.lock(ctx, userId) : found;
    if (!user || !mayReset(user)) return;
    if (user.status === 'new') await this.activations.sendAgain(ctx, user, await this.resetLink(ctx, user));
    else await this.mailResetLink(ctx, user);
  }

  /**
   * Tells the owner of an account that somebody registered with its address. Who never activated it gets the links for
   * that again; former ones stay good, as it is likely that one person registered twice.
   */
  async mailRegisteredAlready(ctx: RequestContext, { id }: Pick<User, 'id'>): Promise<void> {
    const user = await this.users.find(ctx, id);
    if (!user) return;
    if (user.status === 'new') {
      await this.activations.send(ctx, user, await this.resetLink(ctx, user));
      return;
    }
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: REGISTERED_ALREADY_MAIL,
      data: { name: user.first_name, url: `${this.config.publicUrl}/docs` },
    });
  }

  /**
   * Sets a new password with a mailed token; all sessions end. The token proves the address, so it activates
   * an account that was not.
   * @throws AppError `invalid_token`, `validation_failed`
   */
  async confirmReset(ctx: RequestContext, token: string, next: string): Promise<{ changed: true }> {
    const found = await this.tokens.findLive(ctx, 'password_reset', hashToken(token), new Date());
    const user = found && (await this.users.find(ctx, found.user_id));
    if (!found || !user || !mayReset(user)) throw invalidToken();
    const hash = await this.hash(ctx, user, next);
    // Whoever handed the temporary password over knows it.
    if (user.password_change_required && (await this.passwords.matches(user.password_hash, next)))
      throw sameAsBefore();
    if (!(await this.tokens.consume(ctx, found.id))) throw invalidToken();
    if (user.status === 'new') ctx.audit.effect('user.activated', userTarget(user));
    const changes = { status: 'activated', password_hash: hash, password_change_required: false } as const;
    if (!(await this.users.updateWhile(ctx, user.id, [user.status], changes))) throw invalidToken();
    await this.follow(ctx, user, null);
    ctx.audit
      .by({ id: user.id, name: displayName(user) })
      .about(user.id)
      .change(userTarget(user), { status: user.status }, { status: 'activated' });
    return { changed: true };
  }

  /**
   * Ends a user's password and sessions and mails a reset link; for platform admins.
   * @throws AppError `invalid_transition` when the account may not sign in anyway
   */
  async resetByAdmin(ctx: RequestContext, id: string): Promise<void> {
    // Nobody knows it: the password that was set is worth nothing from now on.
    const password_hash = await this.passwords.hash(newToken(), ctx.hasLeft);
    if (!(await this.users.updateWhile(ctx, id, MAY_RESET, { password_hash }))) {
      throw new AppError('invalid_transition');
    }
    await this.sessions.endAll(ctx, id);
    await this.tokens.deleteOfUser(ctx, id, 'password_reset');
    const user = await this.users.find(ctx, id);
    await this.mailResetLink(ctx, user!);
  }

  private async mailResetLink(ctx: RequestContext, user: UserEntity): Promise<void> {
    const link = await this.resetLink(ctx, user);
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: PASSWORD_RESET_MAIL,
      data: { name: user.first_name, link },
    });
  }

  /** Makes a link to set a new password: good once, for an hour. */
  private async resetLink(ctx: RequestContext, user: UserEntity): Promise<string> {
    const token = newToken();
    await this.tokens.insert(ctx, {
      id: newId('tok'),
      user_id: user.id,
      purpose: 'password_reset',
      token_hash: hashToken(token),
      expires_at: new Date(Date.now() + RESET_MS),
    });
    return `${this.config.publicUrl}/password-reset#token=${token}`;
  }

  private async hash(ctx: RequestContext, owner: PasswordOwner, password: string): Promise<string> {
    this.passwords.check(password, owner, 'new_password');
    return this.passwords.hash(password, ctx.hasLeft);
  }

  /** What follows every new password: no other way in is left, and the owner hears of it. */
  private async follow(
    ctx: RequestContext,
    user: Pick<User, 'id' | 'email' | 'first_name' | 'name'>,
    keepSessionId: string | null,
  ): Promise<void> {
    await this.tokens.deleteOfUser(ctx, user.id);
    await this.sessions.endAll(ctx, user.id, keepSessionId);
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: PASSWORD_CHANGED_MAIL,
      data: { name: user.first_name, at: new Date(), ip: ctx.ip },
    });
  }
}

function sameAsBefore(): AppError {
  return invalidField('new_password', 'is the present password', 'Choose another one.');
}

const MAY_RESET = ['new', 'activated'] as const;

function mayReset({ status }: UserEntity): boolean {
  return status === 'new' || status === 'activated';
}
