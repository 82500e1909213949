import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AttemptLimit } from '../../kernel/attempts/attempt-limit.js';
import { AttemptLimits } from '../../kernel/attempts/attempt-limits.js';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { Vault } from '../../kernel/crypto/vault.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { type Authenticated, UserService } from '../users/user.service.js';

const VALID_SECONDS = 5 * 60;
const TRIES = 5;
/** Codes that may be tried on one account, whatever they come from: whoever tries knows the password. */
const TRIES_PER_HOUR = 50;
const PURPOSE = 'totp.ticket';

/**
 * Tickets of those who gave their password and owe a code: signed, good for five minutes and five tries, and ended by a
 * change of the password.
 */
@Injectable()
export class TotpTickets {
  private readonly tries: AttemptLimit;
  private readonly accounts: AttemptLimit;

  constructor(
    private readonly vault: Vault,
    private readonly users: UserService,
    limits: AttemptLimits,
  ) {
    this.tries = limits.make('totp-ticket', TRIES, VALID_SECONDS);
    this.accounts = limits.make('totp-account', TRIES_PER_HOUR, 60 * 60);
  }

  issue({ user, proof }: Authenticated): string {
    const expires = Date.now() + VALID_SECONDS * 1000;
    const text = [user.id, hashToken(proof), expires, randomUUID()].join(' ');
    return `${Buffer.from(text).toString('base64url')}.${this.vault.sign(PURPOSE, text)}`;
  }

  /**
   * Counts a try, and answers whose ticket it is.
   * @throws AppError `invalid_ticket` for one that is unknown, expired, used up or of an account that has changed;
   *   `too_many_attempts` for an account on which codes are being guessed
   */
  async redeem(ctx: RequestContext, ticket: string): Promise<Authenticated> {
    const [body = '', signature = ''] = ticket.split('.');
    const text = Buffer.from(body, 'base64url').toString();
    if (!this.vault.verify(PURPOSE, text, signature)) throw new AppError('invalid_ticket');
    const [userId = '', proof = '', expires = '', id = ''] = text.split(' ');
    if (Number(expires) < Date.now()) throw new AppError('invalid_ticket');
    if ((await this.tries.count(id)) !== null) throw new AppError('invalid_ticket');
    const authenticated = await this.users.current(ctx, userId);
    if (!authenticated || hashToken(authenticated.proof) !== proof) throw new AppError('invalid_ticket');
    const { status, totp_enabled } = authenticated.user;
    if (status !== 'activated' || !totp_enabled) throw new AppError('invalid_ticket');
    const retryAfter = await this.accounts.count(userId);
    if (retryAfter !== null) throw new AppError('too_many_attempts', { retryAfter });
    return authenticated;
  }

  /** What was tried before a right code counts no more. */
  async forget(userId: string): Promise<void> {
    await this.accounts.forget(userId);
  }
}
