import type { Permission } from '../access/permissions.js';
import type { AuditRecord } from '../event-log/audit-record.js';
import { type HiddenAttributes, isTouched, NOTHING_HIDDEN } from './hidden-attributes.js';
import type { OpenUnit } from './open-unit.js';

/** A signed-in person. */
export interface UserPrincipal {
  readonly type: 'user';
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly sessionId: string;
  readonly platformAdmin: boolean;
}

/** An API key; `projectId` is the only project it can ever reach. */
export interface ApiKeyPrincipal {
  readonly type: 'api_key';
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly organizationId: string;
  readonly memberId: string | null;
}

/** The server itself: jobs, start-up, command line. */
export interface SystemPrincipal {
  readonly type: 'system';
  readonly id: string;
  readonly name: string;
}

/** Whoever makes a request; `null` on public routes. */
export type Principal = UserPrincipal | ApiKeyPrincipal | SystemPrincipal;

/** The project a request is about, as the access guard found it. */
export interface ProjectInContext {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly status: string;
  readonly environment: string;
  readonly ownerId: string;
}

/** Where a request came from. */
export interface RequestOrigin {
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** ISO 3166-1 code of the country a trusted proxy says it came from. */
  readonly country?: string | null;
  /** Whether nobody waits for the answer any more. */
  readonly hasLeft?: () => boolean;
}

/** What the guards decided about a request. */
export interface Grant {
  readonly principal: Principal | null;
  readonly project?: ProjectInContext | null;
  readonly role?: { readonly id: string; readonly name: string } | null;
  readonly permissions?: ReadonlySet<Permission>;
  /** The person's membership of the project; null for those who are there by another right. */
  readonly memberId?: string | null;
  /** What the project's visibility rules hide from the principal. */
  readonly hidden?: HiddenAttributes;
}

/**
 * Everything a service needs to know about the request (or job) it works for. It is the first
 * parameter of every service and repository method; nothing is passed behind its back.
 */
export class RequestContext {
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly country: string | null;
  /** Whether nobody waits for the answer any more, so that costly work may be left undone. */
  readonly hasLeft: () => boolean;
  readonly principal: Principal | null;
  readonly project: ProjectInContext | null;
  readonly role: { readonly id: string; readonly name: string } | null;
  readonly permissions: ReadonlySet<Permission>;
  readonly memberId: string | null;
  readonly hidden: HiddenAttributes;

  /** The open unit of work; set and cleared by `UnitOfWork.run` alone. */
  unit: OpenUnit | null = null;

  constructor(origin: RequestOrigin, grant: Grant) {
    this.requestId = origin.requestId;
    this.ip = origin.ip;
    this.userAgent = origin.userAgent;
    this.country = origin.country ?? null;
    this.hasLeft = origin.hasLeft ?? STAYS;
    this.principal = grant.principal;
    this.project = grant.project ?? null;
    this.role = grant.role ?? null;
    this.permissions = grant.permissions ?? NO_PERMISSIONS;
    this.memberId = grant.memberId ?? null;
    this.hidden = grant.hidden ?? NOTHING_HIDDEN;
  }

  /** A context for work the server starts by itself. `name` says which part, e.g. `job:mail.deliver`. */
  static system(name: string, requestId: string): RequestContext {
    return new RequestContext(
      { requestId, ip: null, userAgent: null },
      { principal: { type: 'system', id: 'system', name } },
    );
  }

  /**
   * A context for reads whose result many requests share, such as what caches hold. It is shared, too, and
   * frozen: no unit of work can begin in it.
   */
  static reading(name: string): RequestContext {
    return Object.freeze(RequestContext.system(name, name));
  }

  /** What the running unit of work will write to the event log. Throws outside a unit of work. */
  get audit(): AuditRecord {
    if (!this.unit) throw new Error('ctx.audit needs an open unit of work');
    return this.unit.audit;
  }

  /** The signed-in person; for handlers whose access rule admits sessions only. */
  get user(): UserPrincipal {
    if (this.principal?.type !== 'user') throw new Error('this handler admits sessions only');
    return this.principal;
  }

  get isPlatformAdmin(): boolean {
    return this.principal?.type === 'user' && this.principal.platformAdmin;
  }

  /** Whether the principal holds `permission` in the request's project. */
  can(permission: Permission): boolean {
    return this.permissions.has(permission);
  }

  /**
   * Whether an attribute, or a part of it, is hidden from the principal. Answers need not ask: what
   * their schemas show is hidden by itself.
   */
  hides(attribute: string): boolean {
    return isTouched(this.hidden, attribute);
  }
}

const STAYS = () => false;
const NO_PERMISSIONS: ReadonlySet<Permission> = new Set();
