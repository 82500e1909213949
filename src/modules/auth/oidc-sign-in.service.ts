import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Vault } from '../../kernel/crypto/vault.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { email as emailSchema } from '../../kernel/http/schemas.js';
import { type Authenticated, type PreparedUser, UserService, userTarget } from '../users/user.service.js';
import type { SignedIn } from './auth.dto.js';
import { FailedSignIns } from './failed-sign-ins.service.js';
import { type Departure, type Identity, OidcProvider } from './oidc-provider.service.js';
import { RegistrationRule } from './registration-rule.service.js';
import { SignInService } from './sign-in.service.js';

const PURPOSE = 'oidc.departure';
const VALID_MS = 10 * 60 * 1000;

/**
 * Signing in with the identity provider. An account is found by the address that the provider has verified, and by nothing
 * else; where there is none, it is made if its address may register.
 */
@Injectable()
export class OidcSignIn {
  constructor(
    private readonly provider: OidcProvider,
    private readonly users: UserService,
    private readonly signIns: SignInService,
    private readonly failures: FailedSignIns,
    private readonly rule: RegistrationRule,
    private readonly vault: Vault,
    private readonly units: UnitOfWork,
  ) {}

  /** Where to send somebody, and what their browser keeps until they are back. @throws AppError `not_found`, `provider_unavailable` */
  async start(): Promise<{ url: string; kept: string }> {
    const { url, departure } = await this.provider.depart();
    const kept = this.vault.seal(PURPOSE, JSON.stringify({ ...departure, expires: Date.now() + VALID_MS }));
    return { url, kept };
  }

  /**
   * Opens a session for somebody who came back. `kept` is what their browser kept, so that nobody is signed in by a link.
   * @throws AppError `oidc_sign_in_failed`, `provider_unavailable`, `email_not_verified`, `registration_closed`,
   *   `account_suspended`
   */
  async finish(ctx: RequestContext, query: string, kept: string | null): Promise<SignedIn> {
    this.provider.required();
    // Asked before the unit of work: a code is good once, and a unit may run twice.
    const identity = await this.provider.arrive(query, this.departureIn(kept));
    const email = emailSchema.safeParse(identity.email);
    if (!email.success || !identity.emailVerified) throw new AppError('email_not_verified');
    const prepared = await this.prepare(ctx, email.data, identity);
    return this.units.run(ctx, { events: ['user.signed_in', 'user.sign_in_failed'] }, async () =>
      this.signIns.open(ctx, await this.account(ctx, prepared), { with: 'oidc' }),
    );
  }

  private departureIn(kept: string | null): Departure {
    try {
      const departure = JSON.parse(this.vault.unseal(PURPOSE, kept ?? '')) as Departure & { expires: number };
      if (departure.expires > Date.now()) return departure;
    } catch {
      // Whatever is wrong with a cookie, its bearer starts again.
    }
    throw new AppError('oidc_sign_in_failed');
  }

  /** The account of a verified address, made or activated where needed. */
  private async account(ctx: RequestContext, prepared: PreparedUser): Promise<Authenticated> {
    const { email } = prepared;
    const existing = await this.users.findByEmail(ctx, email);
    if (existing?.status === 'suspended')
      throw this.failures.note(ctx, email, existing.id, new AppError('account_suspended'));
    if (existing?.status === 'activated') return (await this.users.current(ctx, existing.id))!;
    if (existing) {
      // Somebody registered the address and never proved it: their password must not open what is its owner's.
      const adopted = await this.users.adopt(ctx, existing.id, prepared);
      ctx.audit.effect('user.activated', userTarget(adopted));
      return { user: adopted, proof: prepared.password_hash };
    }
    await this.rule.admit(ctx, email);
    const user = await this.users.insert(ctx, prepared, { status: 'activated', asEffect: true });
    return { user, proof: prepared.password_hash };
  }

  /** What an account would be made of; nobody knows its password. */
  private prepare(
    ctx: RequestContext,
    email: string,
    { firstName, lastName }: Identity,
  ): Promise<PreparedUser> {
    const local = email.slice(0, email.lastIndexOf('@'));
    return this.users.prepare(ctx, {
      email,
      password: randomBytes(32).toString('base64url'),
      first_name: nameOf(firstName) ?? nameOf(local)!,
      name: nameOf(lastName) ?? nameOf(local)!,
    });
  }
}

/** A name as people may have it: what providers say is bounded before it is stored. */
function nameOf(claim: unknown): string | null {
  if (typeof claim !== 'string') return null;
  const text = [...claim.toWellFormed().replaceAll('\0', '')]
    .slice(0, 100)
    .join('')
    .slice(0, 100)
    .toWellFormed();
  return /\S/.test(text) ? text : null;
}
