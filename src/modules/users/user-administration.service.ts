import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { Effects, type UserAction } from '../../kernel/facets/effects.js';
import { Ownership } from '../../kernel/facets/ownership.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { NotificationService } from '../notifications/notification.service.js';
import { ACCOUNT_DELETED_MAIL } from './account.mails.js';
import { PasswordChanges } from './password-changes.service.js';
import { SessionService } from './session.service.js';
import { TotpService } from './totp.service.js';
import {
  type ListUsers,
  type RunUserAction,
  toUserRecord,
  type UpdateUser,
  type User,
  type UserPage,
  type UserRecord,
} from './user.dto.js';
import type { UserStatus } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { displayName, emailTaken, searchText, userTarget } from './user.service.js';
import { eventOf, USER_TRANSITIONS } from './user-actions.js';

const LIVE: UserStatus[] = ['new', 'activated', 'suspended'];

/** What changes by actions that leave the status as it is. */
const UNCHANGED_STATUS = {
  'reset-password': { from: 'password set', to: 'password ended' },
  'reset-totp': { from: 'two-factor sign-in on', to: 'two-factor sign-in off' },
};

/** What platform admins do with accounts. */
@Injectable()
export class UserAdministration {
  constructor(
    private readonly repository: UserRepository,
    private readonly sessions: SessionService,
    private readonly passwords: PasswordChanges,
    private readonly cascades: Cascades,
    private readonly effects: Effects,
    private readonly ownership: Ownership,
    private readonly notifications: NotificationService,
    private readonly totp: TotpService,
  ) {}

  /** Everybody, newest first; deleted accounts only when they are asked for. */
  async list(ctx: RequestContext, query: ListUsers): Promise<UserPage> {
    const rows = await this.repository.list(ctx, query, query.limit, decodeCursor(query.cursor));
    const counts = await this.repository.countByStatus(ctx, query.q);
    const all = counts.new + counts.activated + counts.suspended + counts.deleted;
    const total = query.status ? counts[query.status] : all - counts.deleted;
    return { ...paginate(rows, query.limit, total, toUserRecord), counts: { all, ...counts } };
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, id: string): Promise<UserRecord> {
    const user = await this.repository.find(ctx, id);
    if (!user) throw new AppError('not_found');
    return toUserRecord(user);
  }

  /**
   * Changes an account's details, its project limit or its platform role.
   * @throws AppError `not_found`, `last_admin`, `invalid_transition` when it is deleted
   */
  async update(ctx: RequestContext, id: string, changes: UpdateUser): Promise<UserRecord> {
    if (changes.platform_role === 'user') await this.keepAnAdmin(ctx, id);
    // Others may be changing other fields: the search text and the entry are made of the row as they left it.
    const locked = await this.repository.lock(ctx, id);
    if (!locked) throw new AppError('not_found');
    const before = toUserRecord(locked);
    const after = { ...before, ...changes };
    const columns = { ...changes, search_text: searchText(after) };
    if (!(await this.repository.updateWhile(ctx, id, LIVE, columns))) {
      throw new AppError('invalid_transition', { message: 'The account is deleted; restore it first.' });
    }
    ctx.audit.about(id).change(userTarget(after), { ...before }, { ...after });
    if (changes.platform_role === 'user') await this.cascades.rightsLost(ctx, { userId: id });
    return after;
  }

  /**
   * Suspends, activates or restores, deletes an account, or resets its password, once confirmed.
   * @throws AppError `not_found`, `invalid_transition`, `last_admin`, `owner_protected` for the deletion of
   *   somebody who owns projects or organizations, `email_taken` for restoring one whose address has another account,
   *   `confirmation_required`, `validation_failed`
   */
  async run(ctx: RequestContext, id: string, action: UserAction, input: RunUserAction): Promise<UserRecord> {
    const user = await this.get(ctx, id);
    await this.refuse(ctx, user, action);
    await this.confirm(ctx, user, action, input.confirm);
    ctx.audit.as(eventOf(action, user)).about(id).because(input.reason);
    if (action === 'reset-password') {
      ctx.audit.change(userTarget(user), null, null);
      await this.passwords.resetByAdmin(ctx, id);
      return user;
    }
    if (action === 'reset-totp') {
      await this.totp.disable(ctx, user);
      await this.sessions.endAll(ctx, id);
      return { ...user, totp_enabled: false };
    }
    return this.transit(ctx, user, action);
  }

  /**
   * Deletes the caller's own account, once confirmed by its address. What stands in the way of an admin's deletion
   * does here as well.
   * @throws AppError `last_admin`, `owner_protected`, `confirmation_required`, `validation_failed`
   */
  async deleteOwn(ctx: RequestContext, confirm: string | undefined): Promise<{ id: string; deleted: true }> {
    const user = await this.get(ctx, ctx.user.id);
    await this.refuse(ctx, user, 'delete');
    await this.confirm(ctx, user, 'delete', confirm);
    ctx.audit.as('user.deleted').about(user.id);
    await this.transit(ctx, user, 'delete');
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: ACCOUNT_DELETED_MAIL,
      data: { name: user.first_name, at: new Date(), ip: ctx.ip },
    });
    return { id: user.id, deleted: true };
  }

  private async transit(
    ctx: RequestContext,
    user: UserRecord,
    action: Exclude<UserAction, 'reset-password' | 'reset-totp'>,
  ): Promise<UserRecord> {
    const status = USER_TRANSITIONS[action].to!;
    if (action !== 'activate') await this.keepAnAdmin(ctx, user.id);
    // Only from the status that was confirmed: of two that race, the second finds it changed.
    // A deleted account's address is free for a new one, which keeps it when the old one is to be restored.
    const changes = { status, current_email: status === 'deleted' ? null : user.email };
    const done = orIfTaken(this.repository.updateWhile(ctx, user.id, [user.status], changes), emailTaken);
    if (!(await done)) {
      throw new AppError('invalid_transition');
    }
    // With the account's row locked, nobody can make it an owner of anything any more.
    if (action === 'delete') await this.refuseOwner(ctx, user.id);
    if (action !== 'activate') await this.sessions.endAll(ctx, user.id);
    if (action === 'delete') await this.cascades.userGone(ctx, user.id);
    if (action !== 'activate') await this.cascades.rightsLost(ctx, { userId: user.id });
    const after = { ...user, status };
    ctx.audit.change(userTarget(user), { status: user.status }, { status });
    return after;
  }

  /** @throws AppError why the action is impossible, before anybody is asked to confirm it */
  private async refuse(ctx: RequestContext, user: User, action: UserAction): Promise<void> {
    const { from } = USER_TRANSITIONS[action];
    if (!from.includes(user.status)) {
      throw new AppError('invalid_transition', { details: { status: user.status, allowed_from: from } });
    }
    if (action === 'reset-totp' && user.id === ctx.principal?.id) {
      throw new AppError('permission_denied', {
        message: 'Another admin resets yours; with a code, DELETE /v1/me/totp.',
      });
    }
    if (action === 'reset-totp' && !user.totp_enabled) {
      throw new AppError('invalid_transition', { message: 'Two-factor sign-in is not on.' });
    }
    if (action === 'suspend' || action === 'delete') await this.refuseLastAdmin(ctx, user);
    if (action === 'delete') await this.refuseOwner(ctx, user.id);
  }

  private async confirm(
    ctx: RequestContext,
    user: User,
    action: UserAction,
    confirm: RunUserAction['confirm'],
  ): Promise<void> {
    if (confirm === undefined || confirm === false) {
      const { to } = USER_TRANSITIONS[action];
      const effects = await this.effects.ofUser(ctx, user.id, action);
      const change = to
        ? { from: user.status, to }
        : UNCHANGED_STATUS[action as keyof typeof UNCHANGED_STATUS];
      const details = { action, ...change, effects };
      throw new AppError('confirmation_required', { param: 'confirm', details });
    }
    if (confirm === true || (action === 'delete' && confirm.toLowerCase() === user.email)) return;
    const fix = action === 'delete' ? "Send true, or the account's e-mail address." : 'Send true.';
    throw invalidField('confirm', 'does not confirm this action', fix);
  }

  /** Makes sure, until the unit of work ends, that somebody else is an active platform admin. */
  private async keepAnAdmin(ctx: RequestContext, id: string): Promise<void> {
    await this.repository.lockAdmins(ctx);
    await this.refuseLastAdmin(ctx, await this.get(ctx, id));
  }

  private async refuseLastAdmin(ctx: RequestContext, user: User): Promise<void> {
    if (user.platform_role !== 'admin' || user.status !== 'activated') return;
    if ((await this.repository.countOtherAdmins(ctx, user.id)) === 0) throw new AppError('last_admin');
  }

  private async refuseOwner(ctx: RequestContext, userId: string): Promise<void> {
    const owned = await this.ownership.of(ctx, { userId });
    if (owned.length) {
      throw new AppError('owner_protected', {
        message: 'The user owns projects or organizations; transfer their ownership first.',
        details: { owned },
      });
    }
  }
}
