import type { Permission } from '../../kernel/access/permissions.js';
import type { HiddenAttributes } from '../../kernel/visibility/hidden-attributes.js';
import { domainAllowed, ipAllowed } from './allow-lists.js';

/** Everything the decision about a key depends on, read with one look-up. */
export interface KeyFacts {
  readonly id: string;
  readonly name: string;
  readonly status: 'activated' | 'suspended' | 'revoked';
  readonly expiresAt: Date | null;
  readonly allowedIps: readonly string[];
  readonly allowedDomains: readonly string[];
  readonly lastUsedAt: Date | null;
  /** Set when the presented secret is the one before the last regeneration. */
  readonly previousSecretUntil: Date | null;
  readonly memberId: string | null;
  /** Null for a key that belongs to no member. */
  readonly memberActive: boolean | null;
  readonly project: {
    readonly id: string;
    readonly organizationId: string;
    readonly name: string;
    readonly status: string;
    readonly environment: string;
    readonly ownerId: string;
  };
  readonly role: { readonly id: string; readonly name: string };
  /** What the role permits; for a member's own key, only what the member may do too. */
  readonly permissions: ReadonlySet<Permission>;
  /** What is hidden from the role; for a member's own key, also what is hidden from the member. */
  readonly hidden: HiddenAttributes;
  readonly limits: { readonly requests_per_minute: number; readonly requests_per_day: number };
}

/** Where a request with a key comes from. */
export interface KeyRequest {
  readonly ip: string | null;
  /** `Origin`, else `Referer`. */
  readonly origin: string | null;
}

/** Why a key may not pass; also the code of the error that is answered. */
export type KeyRefusal =
  | 'invalid_api_key'
  | 'api_key_revoked'
  | 'api_key_expired'
  | 'api_key_suspended'
  | 'project_suspended'
  | 'ip_not_allowed'
  | 'domain_not_allowed';

/** The checks in the order they are made: identity first, then what stops it, then where it is used from. */
const CHECKS: readonly [KeyRefusal, (key: KeyFacts, request: KeyRequest, now: Date) => boolean][] = [
  ['invalid_api_key', key => key.project.status !== 'deleted'],
  ['invalid_api_key', (key, _, now) => key.previousSecretUntil === null || key.previousSecretUntil > now],
  ['api_key_revoked', key => key.status !== 'revoked'],
  ['api_key_expired', (key, _, now) => key.expiresAt === null || key.expiresAt > now],
  ['project_suspended', key => key.project.status !== 'suspended'],
  ['api_key_suspended', key => key.status !== 'suspended'],
  ['api_key_suspended', key => key.memberActive !== false],
  ['ip_not_allowed', (key, request) => ipAllowed(key.allowedIps, request.ip)],
  ['domain_not_allowed', (key, request) => domainAllowed(key.allowedDomains, request.origin)],
];

/** The one decision whether a key may pass: the first check it fails, or null. */
export function refusalOf(key: KeyFacts, request: KeyRequest, now: Date): KeyRefusal | null {
  for (const [refusal, passes] of CHECKS) if (!passes(key, request, now)) return refusal;
  return null;
}
