import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import type { User } from '../users/user.dto.js';
import { displayName, UserService, userTarget } from '../users/user.service.js';
import {
  type AcceptedInvitation,
  type AcceptInvitation,
  type Invitation,
  targetOf,
  toFacts,
  toInvitation,
} from './invitation.dto.js';
import type { InvitationEntity, InvitationStatus } from './invitation.entity.js';
import { InvitationRepository } from './invitation.repository.js';
import { invitationTarget, SETTLED } from './invitation.service.js';
import { InvitationAcceptors, type InvitationTarget } from './invitation-acceptor.js';

/** Somebody who is invited and has no account yet. */
export type NewPerson = Pick<InvitationEntity, 'email' | 'first_name' | 'name'>;

/**
 * How the invited answer: by the mailed token, which proves the address, or signed in with that address.
 * An invitation is answered once, however many try at the same time.
 */
@Injectable()
export class InvitationAnswers {
  constructor(
    private readonly invitations: InvitationRepository,
    private readonly acceptors: InvitationAcceptors,
    private readonly users: UserService,
  ) {}

  /**
   * Accepts by token. Without an account for the address one is made, activated; one that was registered
   * but never activated gets the password given here, since whoever registered it never proved the address.
   * @throws AppError `invalid_token`, `validation_failed`, `member_already_active`, `account_suspended`
   */
  async acceptByToken(ctx: RequestContext, input: AcceptInvitation): Promise<AcceptedInvitation> {
    const invitation = await this.byToken(ctx, input.token);
    const existing = await this.users.findByEmail(ctx, invitation.email);
    if (existing && existing.status !== 'new') {
      if (existing.status !== 'activated') throw new AppError('account_suspended');
      await this.accept(ctx, invitation, invalidToken);
      return this.join(ctx, invitation, existing, false);
    }
    // Hashing takes its time, so it comes before anything is locked.
    const prepared = await this.users.prepare(ctx, accountOf(invitation, input));
    await this.accept(ctx, invitation, invalidToken);
    const user = existing
      ? await this.users.adopt(ctx, existing.id, prepared)
      : await this.users.insert(ctx, prepared, { status: 'activated', asEffect: true });
    if (existing) ctx.audit.effect('user.activated', userTarget(user));
    return this.join(ctx, invitation, user, !existing);
  }

  /**
   * What accepting by token takes: null for somebody with an account, else what is known of the person for whom
   * one is to be made.
   * @throws AppError `invalid_token`
   */
  async newPerson(ctx: RequestContext, token: string): Promise<NewPerson | null> {
    const { email, first_name, name } = await this.byToken(ctx, token);
    const existing = await this.users.findByEmail(ctx, email);
    return existing && existing.status !== 'new' ? null : { email, first_name, name };
  }

  /** Accepts as the signed-in person the invitation was sent to. @throws AppError `not_found`, `member_already_active` */
  async acceptAsUser(ctx: RequestContext, id: string): Promise<AcceptedInvitation> {
    const invitation = await this.ofUser(ctx, id);
    await this.accept(ctx, invitation, notFound);
    return this.join(ctx, invitation, await this.users.get(ctx, ctx.user.id), false);
  }

  /** @throws AppError `invalid_token` */
  async declineByToken(ctx: RequestContext, token: string): Promise<Invitation> {
    const invitation = await this.byToken(ctx, token);
    const user = await this.users.findByEmail(ctx, invitation.email);
    if (user) this.actAs(ctx, user);
    return this.decline(ctx, invitation, invalidToken);
  }

  /** @throws AppError `not_found` */
  async declineAsUser(ctx: RequestContext, id: string): Promise<Invitation> {
    return this.decline(ctx, await this.ofUser(ctx, id), notFound);
  }

  private async join(
    ctx: RequestContext,
    invitation: InvitationEntity,
    user: User,
    accountCreated: boolean,
  ): Promise<AcceptedInvitation> {
    this.actAs(ctx, user);
    const facts = toFacts(invitation);
    placeIn(ctx, facts.target);
    await this.acceptors.for(facts.target.kind).join(ctx, facts, user);
    return {
      invitation: await this.item(ctx, { ...invitation, status: 'accepted' }),
      account_created: accountCreated,
    };
  }

  private async decline(
    ctx: RequestContext,
    invitation: InvitationEntity,
    lost: () => AppError,
  ): Promise<Invitation> {
    await this.settle(ctx, invitation, 'declined', lost);
    const place = targetOf(invitation);
    placeIn(ctx, place);
    ctx.audit
      .as(this.acceptors.for(place.kind).events.declined)
      .change(invitationTarget(invitation), { status: 'pending' }, { status: 'declined' });
    return this.item(ctx, { ...invitation, status: 'declined' });
  }

  /** Settles it, unless whoever invited could not do so any more. @throws what `lost` makes */
  private async accept(
    ctx: RequestContext,
    invitation: InvitationEntity,
    lost: () => AppError,
  ): Promise<void> {
    await this.settle(ctx, invitation, 'accepted', lost);
    const facts = toFacts(invitation);
    // Their invitations end with their right; this one may have been given at that very moment.
    if (!(await this.acceptors.for(facts.target.kind).stillGiven(ctx, [facts])).has(facts.id)) throw lost();
  }

  /** Takes the invitation out of everybody else's reach. @throws what `lost` makes when somebody was faster */
  private async settle(
    ctx: RequestContext,
    invitation: InvitationEntity,
    status: InvitationStatus,
    lost: () => AppError,
  ): Promise<void> {
    if (!(await this.invitations.updatePending(ctx, invitation, { ...SETTLED, status }))) throw lost();
  }

  private actAs(ctx: RequestContext, user: User): void {
    ctx.audit.by({ id: user.id, name: displayName(user) }).about(user.id);
  }

  private async byToken(ctx: RequestContext, token: string): Promise<InvitationEntity> {
    const invitation = await this.invitations.findLiveByToken(ctx, hashToken(token), new Date());
    if (!invitation) throw invalidToken();
    return invitation;
  }

  private async ofUser(ctx: RequestContext, id: string): Promise<InvitationEntity> {
    const invitation = await this.invitations.findFor(ctx, ctx.user.email, id, new Date());
    if (!invitation) throw notFound();
    return invitation;
  }

  private async item(ctx: RequestContext, row: InvitationEntity): Promise<Invitation> {
    const names = await this.acceptors.names(ctx, [toFacts(row)]);
    return toInvitation(row, names.get(row.id), new Date());
  }
}

/** The account to be made: what the person says, else what the inviter knew. @throws AppError `validation_failed` */
function accountOf(invitation: InvitationEntity, input: AcceptInvitation) {
  const { email, phone, country } = invitation;
  const first_name = input.first_name ?? invitation.first_name;
  const name = input.name ?? invitation.name;
  if (input.password === undefined) throw missing('password', 'Choose a password of 12 to 128 characters.');
  if (!first_name) throw missing('first_name', 'Send your first name.');
  if (!name) throw missing('name', 'Send your name.');
  return { email, password: input.password, first_name, name, phone, country };
}

function missing(param: string, fix: string): AppError {
  return invalidField(param, 'is required, because there is no account for this address yet', fix);
}

function invalidToken(): AppError {
  return new AppError('invalid_token', { param: 'token' });
}

function notFound(): AppError {
  return new AppError('not_found');
}

/** Says in whose log the entry stands. */
function placeIn(ctx: RequestContext, { kind, id }: InvitationTarget): void {
  if (kind === 'project') ctx.audit.inProject(id);
  else ctx.audit.inOrganization(id);
}
