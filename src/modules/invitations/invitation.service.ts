import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken, newToken } from '../../kernel/crypto/tokens.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { decodeCursor, paginate } from '../../kernel/http/pagination.js';
import { MailLimits } from '../notifications/mail-limits.js';
import { NotificationService } from '../notifications/notification.service.js';
import { UserService } from '../users/user.service.js';
import {
  type Invitation,
  type InvitationPage,
  type ListInvitations,
  targetOf,
  toFacts,
  toInvitation,
} from './invitation.dto.js';
import type { InvitationEntity } from './invitation.entity.js';
import { INVITATION_MAIL } from './invitation.mail.js';
import { InvitationRepository, type InvitationScope } from './invitation.repository.js';
import { InvitationAcceptors, type InvitationTarget } from './invitation-acceptor.js';

const target = defineTarget('invitation', { name: ['invitation.email', 'member.email'] });

const VALID_MS = 7 * 24 * 60 * 60 * 1000;

/** Whom to invite, and as what. */
export interface NewInvitation {
  readonly email: string;
  /** In a project the id of a role, in an organization the role itself. */
  readonly role: string;
  readonly first_name?: string | null;
  readonly name?: string | null;
  readonly phone?: string | null;
  readonly country?: string | null;
}

/**
 * Invitations to projects and organizations, as those see them who invite. The caller decides whether
 * inviting is allowed and whether the person is a member already; how the invited answer stands in
 * `InvitationAnswers`.
 */
@Injectable()
export class InvitationService {
  constructor(
    private readonly invitations: InvitationRepository,
    private readonly acceptors: InvitationAcceptors,
    private readonly users: UserService,
    private readonly notifications: NotificationService,
    private readonly mailLimits: MailLimits,
    private readonly config: Config,
  ) {}

  /**
   * Invites somebody and mails the link, valid for seven days. An expired invitation makes room for the new one.
   * @throws AppError `invitation_pending`; `invitee_suspended`, for somebody who could not accept;
   *   `too_many_mails`
   */
  async create(ctx: RequestContext, target: InvitationTarget, input: NewInvitation): Promise<Invitation> {
    if ((await this.users.findByEmail(ctx, input.email))?.status === 'suspended')
      throw new AppError('invitee_suspended', { param: 'email' });
    const now = new Date();
    const pendingKey = `${target.id} ${input.email}`;
    const former = await this.invitations.findPending(ctx, pendingKey);
    if (former && former.expires_at > now) throw pending(former);
    await this.mailLimits.admit(ctx, input.email);
    if (former) await this.invitations.updatePending(ctx, former, { ...SETTLED, status: 'expired' });
    const token = newToken();
    const invitation: InvitationEntity = {
      id: newId('inv'),
      project_id: target.kind === 'project' ? target.id : null,
      organization_id: target.kind === 'organization' ? target.id : null,
      role: input.role,
      email: input.email,
      first_name: input.first_name ?? null,
      name: input.name ?? null,
      phone: input.phone ?? null,
      country: input.country ?? null,
      status: 'pending',
      token_hash: hashToken(token),
      pending_key: pendingKey,
      invited_by: ctx.principal!.id,
      invited_by_name: ctx.principal!.name,
      expires_at: new Date(now.getTime() + VALID_MS),
      created_at: now,
    };
    await orIfTaken(this.invitations.insert(ctx, invitation), () => pending());
    const item = await this.item(ctx, invitation);
    await this.mail(ctx, item, token);
    const { email, first_name, name, role } = item;
    this.log(ctx, invitation, 'invited').change(invitationTarget(item), null, {
      email,
      first_name,
      name,
      role: role.name,
    });
    return item;
  }

  /**
   * Mails a new link, valid for seven days; the former one ends at once.
   * @throws AppError `not_found`, `invalid_transition` when it is settled, `too_many_mails`
   */
  async resend(ctx: RequestContext, target: InvitationTarget, id: string): Promise<Invitation> {
    const before = await this.existing(ctx, target, id);
    await this.mailLimits.admit(ctx, before.email);
    const token = newToken();
    const changes = { token_hash: hashToken(token), expires_at: new Date(Date.now() + VALID_MS) };
    if (!(await this.invitations.updatePending(ctx, before, changes))) throw settled();
    const item = await this.item(ctx, { ...before, ...changes });
    await this.mail(ctx, item, token);
    this.log(ctx, before, 'resent').change(
      invitationTarget(item),
      { expires_at: before.expires_at.toISOString() },
      { expires_at: item.expires_at },
    );
    return item;
  }

  /** Takes an invitation back. @throws AppError `not_found`, `invalid_transition` when it is settled */
  async revoke(
    ctx: RequestContext,
    target: InvitationTarget,
    id: string,
  ): Promise<{ id: string; deleted: true }> {
    const before = await this.existing(ctx, target, id);
    const done = await this.invitations.updatePending(ctx, before, { ...SETTLED, status: 'revoked' });
    if (!done) throw settled();
    this.log(ctx, before, 'revoked').change(
      invitationTarget(before),
      { status: 'pending' },
      { status: 'revoked' },
    );
    return { id, deleted: true };
  }

  /** One of a target's invitations. @throws AppError `not_found` */
  async get(ctx: RequestContext, target: InvitationTarget, id: string): Promise<Invitation> {
    const invitation = await this.invitations.find(ctx, target, id);
    if (!invitation) throw new AppError('not_found');
    return this.item(ctx, invitation);
  }

  /** A target's invitations, newest first. */
  list(ctx: RequestContext, target: InvitationTarget, query: ListInvitations): Promise<InvitationPage> {
    return this.page(ctx, { target }, query);
  }

  /** The pending invitations to one address, newest first: what `GET /me/invitations` shows. */
  listFor(
    ctx: RequestContext,
    email: string,
    query: Pick<ListInvitations, 'limit' | 'cursor'>,
  ): Promise<InvitationPage> {
    return this.page(ctx, { email }, { ...query, status: 'pending' });
  }

  /** Whether somebody is invited to anything at the moment. */
  isInvited(ctx: RequestContext, email: string): Promise<boolean> {
    return this.invitations.hasPending(ctx, email, new Date());
  }

  /** Every pending invitation of a target, those past their expiry included: the invited among the members. */
  async pendingOf(ctx: RequestContext, target: InvitationTarget): Promise<Invitation[]> {
    return this.items(ctx, await this.invitations.allPending(ctx, target));
  }

  /** Gives the invitations that hold a deleted role of a project another one; answers how many. */
  replaceRole(ctx: RequestContext, projectId: string, role: string, replacement: string): Promise<number> {
    return this.invitations.replaceRole(ctx, projectId, role, replacement);
  }

  private async page(
    ctx: RequestContext,
    scope: InvitationScope,
    { limit, cursor, status }: ListInvitations,
  ): Promise<InvitationPage> {
    const now = new Date();
    const rows = await this.invitations.list(ctx, scope, status, now, limit, decodeCursor(cursor));
    const names = await this.acceptors.names(ctx, rows.map(toFacts));
    const total = await this.invitations.count(ctx, scope, status, now);
    return paginate(rows, limit, total, row => toInvitation(row, names.get(row.id), now));
  }

  private async item(ctx: RequestContext, row: InvitationEntity): Promise<Invitation> {
    return (await this.items(ctx, [row]))[0]!;
  }

  private async items(ctx: RequestContext, rows: InvitationEntity[]): Promise<Invitation[]> {
    const names = await this.acceptors.names(ctx, rows.map(toFacts));
    const now = new Date();
    return rows.map(row => toInvitation(row, names.get(row.id), now));
  }

  private async existing(
    ctx: RequestContext,
    target: InvitationTarget,
    id: string,
  ): Promise<InvitationEntity> {
    const invitation = await this.invitations.find(ctx, target, id);
    if (!invitation) throw new AppError('not_found');
    if (invitation.status !== 'pending') throw settled();
    return invitation;
  }

  private log(ctx: RequestContext, row: InvitationEntity, what: 'invited' | 'resent' | 'revoked') {
    return ctx.audit.as(this.acceptors.for(targetOf(row).kind).events[what]);
  }

  private async mail(ctx: RequestContext, item: Invitation, token: string): Promise<void> {
    await this.notifications.send(ctx, {
      to: item.email,
      toName: item.first_name && item.name ? `${item.first_name} ${item.name}` : null,
      template: INVITATION_MAIL,
      data: {
        inviter: item.invited_by.name,
        kind: item.project ? 'project' : 'organization',
        target: (item.project ?? item.organization)!.name,
        role: item.role.name,
        link: `${this.config.publicUrl}/invitation#token=${token}`,
      },
    });
  }
}

/** What a settled invitation no longer has. */
export const SETTLED = { token_hash: null, pending_key: null } as const;

/** How an invitation stands in the event log. */
export function invitationTarget({ id, email }: { id: string; email: string }) {
  return target(id, email);
}

function pending(former?: InvitationEntity): AppError {
  return new AppError('invitation_pending', {
    param: 'email',
    ...(former ? { details: { invitation_id: former.id } } : {}),
  });
}

function settled(): AppError {
  return new AppError('invalid_transition', { message: 'The invitation is no longer pending.' });
}
