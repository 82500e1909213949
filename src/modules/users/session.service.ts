import { Injectable } from '@nestjs/common';
import type { Buffer } from '../../kernel/buffers/buffer.js';
import { Buffers } from '../../kernel/buffers/buffers.js';
import { RequestContext } from '../../kernel/context/request-context.js';
import { hashToken, newToken } from '../../kernel/crypto/tokens.js';
import { newId } from '../../kernel/database/ids.js';
import { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { deviceOf } from './device.js';
import { Locations } from './locations.js';
import { type ListSessions, type Session, toSession } from './session.dto.js';
import type { SessionEntity } from './session.entity.js';
import { SessionRepository } from './session.repository.js';
import { toUser, type User } from './user.dto.js';
import { UserRepository } from './user.repository.js';

/** Every session token begins with this. */
export const SESSION_PREFIX = 'bws_';

// Sessions are their own people's to see, whom no rule hides anything from.
const target = defineTarget('session', { name: [] });

const IDLE_MS = 30 * 60 * 1000;
const ABSOLUTE_MS = 12 * 60 * 60 * 1000;
const TOUCH_EVERY_MS = 60 * 1000;

/** Signed-in devices: 256-bit opaque tokens, stored hashed, ending after 30 idle minutes or 12 hours. */
@Injectable()
export class SessionService {
  private readonly seen: Buffer<{ id: string; at: Date }>;

  constructor(
    private readonly sessions: SessionRepository,
    private readonly users: UserRepository,
    private readonly locations: Locations,
    units: UnitOfWork,
    buffers: Buffers,
  ) {
    this.seen = buffers.make<{ id: string; at: Date }>({
      name: 'session_uses',
      gatherMs: 300,
      batch: 100,
      most: 10_000,
      write: seen => units.writeBehind(batch => this.sessions.touch(batch, seen.toSorted(byId))),
    });
  }

  /** Opens a session, and notes it as the user's last sign-in; the token is returned this once. */
  async open(ctx: RequestContext, userId: string): Promise<{ token: string; session: Session }> {
    const token = SESSION_PREFIX + newToken();
    const now = new Date();
    const session: SessionEntity = {
      id: newId('ses'),
      user_id: userId,
      token_hash: hashToken(token),
      device: deviceOf(ctx.userAgent),
      location: this.locations.of(ctx),
      ip: ctx.ip,
      created_at: now,
      last_seen_at: now,
      expires_at: new Date(now.getTime() + ABSOLUTE_MS),
    };
    // The user's row first: the session refers to it, and two sign-ins that shared it would both wait.
    await this.users.update(ctx, userId, {
      last_sign_in_at: now,
      last_sign_in_device: session.device,
      last_sign_in_location: session.location,
    });
    await this.sessions.insert(ctx, session);
    return { token, session: toSession(session, session.id) };
  }

  /** Who a token belongs to, or null when it is unknown, ended or expired. */
  async resolve(
    ctx: RequestContext,
    tokenHash: string,
  ): Promise<{ sessionId: string; user: User; lastSeenAt: Date } | null> {
    const now = new Date();
    const live = await this.sessions.findLive(ctx, tokenHash, now, new Date(now.getTime() - IDLE_MS));
    if (!live) return null;
    return { sessionId: live.session.id, user: toUser(live.user), lastSeenAt: live.session.last_seen_at };
  }

  /** Notes that a session is in use, at most once a minute; written a moment later. */
  touch(sessionId: string, lastSeenAt: Date): void {
    const at = new Date();
    if (at.getTime() - lastSeenAt.getTime() < TOUCH_EVERY_MS) return;
    this.seen.note(sessionId, () => ({ id: sessionId, at }));
  }

  /** How many devices a user is signed in on. */
  countOf(ctx: RequestContext, userId: string): Promise<number> {
    const now = new Date();
    return this.sessions.countLive(ctx, userId, { now, idleSince: new Date(now.getTime() - IDLE_MS) });
  }

  /** The caller's live sessions, newest first. */
  async list(ctx: RequestContext, { limit, cursor }: ListSessions): Promise<Page<Session>> {
    const now = new Date();
    const liveness = { now, idleSince: new Date(now.getTime() - IDLE_MS) };
    const rows = await this.sessions.listLive(ctx, ctx.user.id, liveness, limit, decodeCursor(cursor));
    const total = await this.sessions.countLive(ctx, ctx.user.id, liveness);
    return paginate(rows, limit, total, row => toSession(row, ctx.user.sessionId));
  }

  /**
   * Ends one of the caller's sessions.
   * @throws AppError `not_found`
   */
  async end(ctx: RequestContext, id: string): Promise<{ id: string; deleted: true }> {
    const session = await this.sessions.find(ctx, ctx.user.id, id);
    if (!session || !(await this.sessions.delete(ctx, id))) throw new AppError('not_found');
    ctx.audit.about(session.user_id).change(target(id, session.device), null, null);
    return { id, deleted: true };
  }

  /** Ends all sessions of the caller; the one that asks only when it is included. */
  async endOwn(ctx: RequestContext, includingCurrent: boolean): Promise<{ ended: number }> {
    const { id, sessionId } = ctx.user;
    const live = await this.countOf(ctx, id);
    await this.sessions.deleteOfUser(ctx, id, includingCurrent ? null : sessionId);
    const ended = includingCurrent ? live : Math.max(0, live - 1);
    const which = includingCurrent
      ? target('all', `${ended} sessions`)
      : target('others', `${ended} other sessions`);
    ctx.audit.about(id).change(which, null, null);
    return { ended };
  }

  /** Ends a user's sessions, but for `exceptId`, as part of something else; the event log counts them. */
  async endAll(ctx: RequestContext, userId: string, exceptId: string | null = null): Promise<void> {
    const ended = await this.sessions.deleteOfUser(ctx, userId, exceptId);
    const which = exceptId ? 'other sessions' : 'sessions';
    if (ended) {
      ctx.audit.effect('session.ended', target(exceptId ? 'others' : 'all', `${ended} ${which}`));
    }
  }
}

/** In one order for all: two processes that wait for each other's rows would deadlock. */
function byId(one: { id: string }, other: { id: string }): number {
  return one.id < other.id ? -1 : 1;
}
