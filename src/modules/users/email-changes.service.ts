import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken, newToken } from '../../kernel/crypto/tokens.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { invalidField } from '../../kernel/errors/app-error.js';
import { MailLimits } from '../notifications/mail-limits.js';
import { NotificationService } from '../notifications/notification.service.js';
import type { Template } from '../notifications/template.js';
import { EMAIL_CHANGE_MAIL, EMAIL_CHANGE_NOTICE, EMAIL_CHANGED_MAIL } from './account.mails.js';
import { PasswordChanges } from './password-changes.service.js';
import { SessionService } from './session.service.js';
import { toUser, type User } from './user.dto.js';
import { UserRepository } from './user.repository.js';
import { displayName, emailTaken, invalidToken, searchText, userTarget } from './user.service.js';
import { UserTokenRepository } from './user-token.repository.js';

const VALID_MS = 24 * 60 * 60 * 1000;

/** Giving an account another address: asked for by its owner, confirmed at the new address, told to the old one. */
@Injectable()
export class EmailChanges {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: UserTokenRepository,
    private readonly sessions: SessionService,
    private readonly passwords: PasswordChanges,
    private readonly notifications: NotificationService,
    private readonly mailLimits: MailLimits,
    private readonly config: Config,
  ) {}

  /**
   * Mails a link to the new address, and the old one what was asked. Whether the new one belongs to another account
   * makes no difference here: its owner is mailed. A former request ends.
   * @throws AppError `validation_failed` for the address one has, `too_many_mails`
   */
  async request(ctx: RequestContext, user: User, email: string): Promise<{ accepted: true }> {
    if (email === user.email) throw invalidField('email', 'is the address you have', 'Send another one.');
    await this.mailLimits.admit(ctx, email);
    await this.tokens.deleteOfUser(ctx, user.id, 'email_change');
    const owner = await this.users.findByEmail(ctx, email);
    if (owner) await this.passwords.mailRegisteredAlready(ctx, owner);
    else await this.mailLink(ctx, user, email);
    await this.tell(ctx, user, EMAIL_CHANGE_NOTICE, email);
    ctx.audit.about(user.id).change(userTarget(user), null, { requested_email: email });
    return { accepted: true };
  }

  /**
   * Gives the account the address that a mailed token proves; all sessions and links end.
   * @throws AppError `invalid_token`; `email_taken` when the address got an account meanwhile
   */
  async confirm(ctx: RequestContext, token: string): Promise<User> {
    const found = await this.tokens.findLive(ctx, 'email_change', hashToken(token), new Date());
    if (!found?.email || !(await this.tokens.consume(ctx, found.id))) throw invalidToken();
    const row = await this.users.lock(ctx, found.user_id);
    if (row?.status !== 'activated') throw invalidToken();
    const { email } = found;
    const before = toUser(row);
    const after = { ...before, email };
    const changes = { email, current_email: email, search_text: searchText(after) };
    const done = orIfTaken(this.users.updateWhile(ctx, row.id, ['activated'], changes), emailTaken);
    if (!(await done)) throw invalidToken();
    await this.tokens.deleteOfUser(ctx, row.id);
    await this.sessions.endAll(ctx, row.id);
    await this.tell(ctx, before, EMAIL_CHANGED_MAIL, email);
    ctx.audit
      .by({ id: row.id, name: displayName(row) })
      .about(row.id)
      .change(userTarget(after), { email: before.email }, { email });
    return after;
  }

  private async mailLink(ctx: RequestContext, user: User, email: string): Promise<void> {
    const token = newToken();
    await this.tokens.insert(ctx, {
      id: newId('tok'),
      user_id: user.id,
      purpose: 'email_change',
      token_hash: hashToken(token),
      email,
      expires_at: new Date(Date.now() + VALID_MS),
    });
    await this.notifications.send(ctx, {
      to: email,
      toName: displayName(user),
      userId: user.id,
      template: EMAIL_CHANGE_MAIL,
      data: { name: user.first_name, link: `${this.config.publicUrl}/email-change#token=${token}` },
    });
  }

  /** Tells the address that the account has what happens, or happened, to it. */
  private async tell(
    ctx: RequestContext,
    user: User,
    template: Template<{ name: string; email: string; at: Date; ip: string | null }>,
    email: string,
  ): Promise<void> {
    const data = { name: user.first_name, email, at: new Date(), ip: ctx.ip };
    const to = { to: user.email, toName: displayName(user), userId: user.id };
    await this.notifications.send(ctx, { ...to, template, data });
  }
}
