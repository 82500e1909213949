import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Vault } from '../../kernel/crypto/vault.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { NotificationService } from '../notifications/notification.service.js';
import { TOTP_CHANGED_MAIL } from './account.mails.js';
import { SessionService } from './session.service.js';
import type { TotpSetup } from './totp.dto.js';
import { TotpRepository } from './totp.repository.js';
import { newRecoveryCodes, newSecret, otpauthUrl, plainCode, recoveryHash, stepOf } from './totp-codes.js';
import type { User } from './user.dto.js';
import { UserRepository } from './user.repository.js';
import { displayName, userTarget } from './user.service.js';

/** The purpose under which the vault seals secrets. */
export const TOTP_SEAL = 'totp.secret';

/** A code that fits, and uses itself up within the unit of work; false when somebody else was faster. */
export interface FittingCode {
  readonly kind: 'totp' | 'recovery_code';
  use(ctx: RequestContext): Promise<boolean>;
}

/** Second factors: one-time codes of an app (RFC 6238), and ten recovery codes. Each code is good once. */
@Injectable()
export class TotpService {
  constructor(
    private readonly totps: TotpRepository,
    private readonly users: UserRepository,
    private readonly sessions: SessionService,
    private readonly notifications: NotificationService,
    private readonly vault: Vault,
  ) {}

  /** Makes a secret and recovery codes, shown this once; nothing changes until {@link enable}. @throws AppError `invalid_transition` */
  async prepare(ctx: RequestContext, userId: string): Promise<TotpSetup> {
    const user = await this.users.lock(ctx, userId);
    if (!user) throw new AppError('not_found');
    if (user.totp_enabled_at) throw isOn();
    const secret = newSecret();
    const recovery_codes = newRecoveryCodes();
    const sealed_secret = this.vault.seal(TOTP_SEAL, secret);
    const hashes = recovery_codes.map(code => recoveryHash(secret, userId, code));
    await this.totps.replace(
      ctx,
      { user_id: userId, sealed_secret, last_step: 0, created_at: new Date() },
      hashes,
    );
    ctx.audit.about(userId).change(userTarget(user), null, null);
    return { secret, otpauth_url: otpauthUrl(secret, user.email), recovery_codes };
  }

  /** Whether somebody has a secret, in use or yet to be confirmed. */
  async isPrepared(ctx: RequestContext, userId: string): Promise<boolean> {
    return (await this.totps.find(ctx, userId)) !== null;
  }

  /**
   * The code, if it fits: one of the app's, or unless told otherwise a recovery code. Null for a wrong one or one that
   * was used.
   */
  async fitting(
    ctx: RequestContext,
    userId: string,
    code: string,
    { recovery = true } = {},
  ): Promise<FittingCode | null> {
    const totp = await this.totps.find(ctx, userId);
    if (!totp) return null;
    const plain = plainCode(code);
    const secret = this.vault.unseal(TOTP_SEAL, totp.sealed_secret);
    const step = stepOf(secret, plain);
    if (step !== null && step > Number(totp.last_step))
      return { kind: 'totp', use: inner => this.totps.useStep(inner, totp, step) };
    if (!recovery) return null;
    const hash = recoveryHash(secret, userId, plain);
    if (!(await this.totps.hasRecoveryCode(ctx, userId, hash))) return null;
    return { kind: 'recovery_code', use: inner => this.totps.useRecoveryCode(inner, userId, hash) };
  }

  /** From here on signing in takes a code. All other sessions end. @throws AppError `invalid_transition` */
  async enable(ctx: RequestContext, user: User): Promise<{ enabled: true }> {
    const locked = await this.users.lock(ctx, user.id);
    if (!locked || locked.totp_enabled_at) throw isOn();
    await this.users.update(ctx, user.id, { totp_enabled_at: new Date() });
    await this.sessions.endAll(ctx, user.id, ctx.user.sessionId);
    await this.tell(ctx, user, 'turned on');
    ctx.audit.about(user.id).change(userTarget(user), { totp_enabled: false }, { totp_enabled: true });
    return { enabled: true };
  }

  /** Signing in takes no code any more; secret and codes are deleted. @throws AppError `invalid_transition` when it took none */
  async disable(ctx: RequestContext, user: User): Promise<void> {
    const locked = await this.users.lock(ctx, user.id);
    if (!locked?.totp_enabled_at) throw isOff();
    await this.users.update(ctx, user.id, { totp_enabled_at: null });
    await this.totps.delete(ctx, user.id);
    await this.tell(ctx, user, 'turned off');
    ctx.audit.about(user.id).change(userTarget(user), { totp_enabled: true }, { totp_enabled: false });
  }

  /** How many recovery codes somebody has left. */
  codesLeft(ctx: RequestContext, userId: string): Promise<number> {
    return this.totps.countRecoveryCodes(ctx, userId);
  }

  private async tell(ctx: RequestContext, user: User, what: 'turned on' | 'turned off'): Promise<void> {
    await this.notifications.send(ctx, {
      to: user.email,
      toName: displayName(user),
      userId: user.id,
      template: TOTP_CHANGED_MAIL,
      data: { name: user.first_name, what, at: new Date(), ip: ctx.ip },
    });
  }
}

function isOn(): AppError {
  return new AppError('invalid_transition', { message: 'Two-factor sign-in is on; turn it off first.' });
}

function isOff(): AppError {
  return new AppError('invalid_transition', { message: 'Two-factor sign-in is not on.' });
}
