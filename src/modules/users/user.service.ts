import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken } from '../../kernel/crypto/tokens.js';
import { orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { Cascades } from '../../kernel/facets/cascades.js';
import { fold } from '../../kernel/text/search.js';
import { Passwords } from './passwords.js';
import { type LastSignIn, toLastSignIn, toUser, type User } from './user.dto.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { UserTokenRepository } from './user-token.repository.js';

/** What a new account is made from. */
export interface NewUser {
  email: string;
  password: string;
  first_name: string;
  name: string;
  phone?: string | null;
  country?: string | null;
}

/** A new account whose password has been checked and hashed. */
export type PreparedUser = Omit<NewUser, 'password'> & { readonly password_hash: string };

/** What a new account is beside the person's own details. */
export interface NewUserOptions extends Partial<
  Pick<UserEntity, 'status' | 'platform_role' | 'password_change_required'>
> {
  /** Whether the event log has it as an effect of something else. */
  readonly asEffect?: boolean;
}

/** An account whose password was given, and what proves it: it changes with the password. */
export interface Authenticated {
  readonly user: User;
  readonly proof: string;
}

/** Accounts. */
@Injectable()
export class UserService {
  constructor(
    private readonly users: UserRepository,
    private readonly tokens: UserTokenRepository,
    private readonly passwords: Passwords,
    private readonly cascades: Cascades,
  ) {}

  /**
   * Creates an account: `new` until its activation unless said otherwise.
   * @throws AppError `validation_failed` for the password, `email_taken`
   */
  async create(ctx: RequestContext, input: NewUser, options: NewUserOptions = {}): Promise<User> {
    this.passwords.check(input.password, input);
    if (await this.users.findByEmail(ctx, input.email)) throw emailTaken();
    return this.insert(ctx, await this.prepare(ctx, input), options);
  }

  /**
   * Checks and hashes the password of an account that is to be inserted once the unit of work has other
   * locks: hashing takes its time.
   * @throws AppError `validation_failed` for the password
   */
  async prepare(ctx: RequestContext, { password, ...person }: NewUser): Promise<PreparedUser> {
    this.passwords.check(password, person);
    return { ...person, password_hash: await this.passwords.hash(password, ctx.hasLeft) };
  }

  /** Inserts the account and what every account has from its first moment. @throws AppError `email_taken` */
  async insert(ctx: RequestContext, prepared: PreparedUser, options: NewUserOptions = {}): Promise<User> {
    const user = newRow(prepared, options);
    await orIfTaken(this.users.insert(ctx, user), emailTaken);
    if (options.asEffect) ctx.audit.effect('user.created', userTarget(user));
    await this.cascades.userCreated(ctx, { id: user.id, name: displayName(user) });
    return toUser(user);
  }

  /** What a registration answers for an account that it does not make: as for one it does. */
  pretend(prepared: PreparedUser): User {
    return toUser(newRow(prepared, {}));
  }

  /**
   * Activates an account that was registered but never activated, for somebody who has just proved the
   * address: with their own name and password, as whoever registered it may have been somebody else.
   * @throws AppError `invalid_transition` when it is no longer `new`
   */
  async adopt(ctx: RequestContext, id: string, prepared: PreparedUser): Promise<User> {
    const { first_name, name, password_hash } = prepared;
    const before = await this.locked(ctx, id);
    const changes = {
      first_name,
      name,
      password_hash,
      status: 'activated' as const,
      search_text: searchText({ ...before, first_name, name }),
    };
    if (!(await this.users.updateWhile(ctx, id, ['new'], changes))) throw new AppError('invalid_transition');
    await this.tokens.deleteOfUser(ctx, id);
    return toUser({ ...before, ...changes });
  }

  /** The account a mailed token would activate. @throws AppError `invalid_token` */
  async activatable(ctx: RequestContext, token: string): Promise<User> {
    const found = await this.tokens.findLive(ctx, 'activation', hashToken(token), new Date());
    const user = found && (await this.users.find(ctx, found.user_id));
    if (user?.status !== 'new') throw invalidToken();
    return toUser(user);
  }

  /**
   * Activates the account a mailed token belongs to, for somebody who has given its password; all its tokens end.
   * @throws AppError `invalid_token` when it is unknown, used or expired
   */
  async activate(ctx: RequestContext, token: string): Promise<User> {
    const found = await this.tokens.findLive(ctx, 'activation', hashToken(token), new Date());
    const user = found && (await this.users.find(ctx, found.user_id));
    if (!found || !user || !(await this.tokens.consume(ctx, found.id))) throw invalidToken();
    if (!(await this.users.updateWhile(ctx, user.id, ['new'], { status: 'activated' }))) throw invalidToken();
    await this.tokens.deleteOfUser(ctx, user.id);
    const after = toUser({ ...user, status: 'activated' });
    ctx.audit
      .by({ id: user.id, name: displayName(user) })
      .about(user.id)
      .change(userTarget(after), { status: user.status }, { status: after.status });
    return after;
  }

  /** @throws AppError `not_found` */
  async get(ctx: RequestContext, id: string): Promise<User> {
    const user = await this.users.find(ctx, id);
    if (!user) throw new AppError('not_found');
    return toUser(user);
  }

  async find(ctx: RequestContext, id: string): Promise<User | null> {
    const user = await this.users.find(ctx, id);
    return user && toUser(user);
  }

  async findByEmail(ctx: RequestContext, email: string): Promise<User | null> {
    const user = await this.users.findByEmail(ctx, email);
    return user && toUser(user);
  }

  async findMany(ctx: RequestContext, ids: string[]): Promise<Map<string, User>> {
    const users = await this.users.findMany(ctx, [...new Set(ids)]);
    return new Map(users.map(user => [user.id, toUser(user)]));
  }

  /** The id of the platform admin who has had an account for longest, of those who may sign in. */
  firstAdmin(ctx: RequestContext): Promise<string | null> {
    return this.users.firstAdmin(ctx);
  }

  /** Whether there is a platform admin yet. */
  adminExists(ctx: RequestContext): Promise<boolean> {
    return this.users.adminExists(ctx);
  }

  /** Active platform admins, those who were there first, at most so many. */
  async admins(ctx: RequestContext, limit: number): Promise<User[]> {
    return (await this.users.admins(ctx, limit)).map(toUser);
  }

  /** Changes what people may change of their own account. */
  async updateSelf(
    ctx: RequestContext,
    id: string,
    changes: Partial<Pick<UserEntity, 'first_name' | 'name' | 'phone' | 'country'>>,
  ): Promise<User> {
    const user = await this.locked(ctx, id);
    const after = { ...user, ...changes };
    after.search_text = searchText(after);
    if (Object.keys(changes).length)
      await this.users.update(ctx, id, { ...changes, search_text: after.search_text });
    ctx.audit.about(id).change(userTarget(toUser(after)), { ...toUser(user) }, { ...toUser(after) });
    return toUser(after);
  }

  /**
   * The account behind an e-mail address and password, or null. Takes the same time whichever of
   * the two is wrong.
   * @throws AppError `server_busy`
   */
  async authenticate(ctx: RequestContext, email: string, password: string): Promise<Authenticated | null> {
    const user = await this.users.findByEmail(ctx, email);
    const fits = await this.passwords.matches(user?.password_hash ?? null, password, ctx.hasLeft);
    return user && fits ? { user: toUser(user), proof: user.password_hash } : null;
  }

  /**
   * Under what sign-ins to an account are limited: another one once its password is new, so that a reset by mail ends a
   * lock-out from whatever address. One for accounts that do not exist, too.
   */
  async limitKey(ctx: RequestContext, email: string): Promise<string> {
    const user = await this.users.findByEmail(ctx, email);
    return `${email} ${user?.password_hash ?? ''}`;
  }

  /** An account as it is now, with what proves its password. */
  async current(ctx: RequestContext, id: string): Promise<Authenticated | null> {
    const user = await this.users.find(ctx, id);
    return user && { user: toUser(user), proof: user.password_hash };
  }

  /** Whether the account is as it was when it was authenticated; within a unit, read after its first write. */
  async isStill(ctx: RequestContext, { user, proof }: Authenticated): Promise<boolean> {
    const now = await this.users.find(ctx, user.id);
    return now?.password_hash === proof && now.status === user.status;
  }

  /** When, with what and from where people last signed in; those who never did are left out. */
  async lastSignIns(ctx: RequestContext, ids: string[]): Promise<Map<string, LastSignIn>> {
    const users = await this.users.findMany(ctx, [...new Set(ids)]);
    const found = users.map(user => [user.id, toLastSignIn(user)] as const);
    return new Map(found.filter((entry): entry is [string, LastSignIn] => entry[1] !== null));
  }

  /**
   * The user as they are now, whom nobody else changes until the unit of work ends: what is counted of
   * them from here on stays true.
   * @throws AppError `not_found`
   */
  async lock(ctx: RequestContext, id: string): Promise<User> {
    return toUser(await this.locked(ctx, id));
  }

  /** The row itself: what is computed of it, such as the search text, fits what others have written. */
  private async locked(ctx: RequestContext, id: string): Promise<UserEntity> {
    const user = await this.users.lock(ctx, id);
    if (!user) throw new AppError('not_found');
    return user;
  }
}

/** The row of a new account. */
function newRow(prepared: PreparedUser, options: NewUserOptions): UserEntity {
  return {
    id: newId('usr'),
    email: prepared.email,
    current_email: prepared.email,
    first_name: prepared.first_name,
    name: prepared.name,
    phone: prepared.phone ?? null,
    country: prepared.country ?? null,
    status: options.status ?? 'new',
    platform_role: options.platform_role ?? 'user',
    password_hash: prepared.password_hash,
    password_change_required: options.password_change_required ?? false,
    max_projects: null,
    last_sign_in_at: null,
    last_sign_in_device: null,
    last_sign_in_location: null,
    totp_enabled_at: null,
    search_text: searchText(prepared),
    created_at: new Date(),
  };
}

/** Who acts stands there by name, who is acted on by address: projects show either as a member's. */
const target = defineTarget('user', { name: ['member.name', 'member.email'] });

/** How a user stands in the event log. */
export function userTarget(user: Pick<User, 'id' | 'email'>) {
  return target(user.id, user.email);
}

/** First name and name, as people are addressed. */
export function displayName(user: Pick<User, 'first_name' | 'name'>): string {
  return `${user.first_name} ${user.name}`;
}

/** What a user is found by. */
export function searchText(user: Pick<NewUser, 'first_name' | 'name' | 'email' | 'phone'>): string {
  return fold(`${user.first_name} ${user.name} ${user.email} ${user.phone ?? ''}`);
}

/** For a mailed token that is unknown, used or expired. */
export function invalidToken(): AppError {
  return new AppError('invalid_token', { param: 'token' });
}

/** For an address that belongs to another account. */
export function emailTaken(): AppError {
  return new AppError('email_taken', { param: 'email' });
}
