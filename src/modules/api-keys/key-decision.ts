import type { Permission } from '../../kernel/access/permissions.js';
import { ipAllowed } from './allow-lists.js';
import { domainAllowed } from './allowed-domains.js';
import type { KeyFacts } from './key-facts.js';

/** What a request with a key says of itself. */
export interface KeyRequest {
  readonly ip: string | null;
  /** `Origin`, else `Referer`. */
  readonly origin: string | null;
  /** The permission the request needs, when it needs one. */
  readonly permission?: Permission | null;
  readonly at: Date;
}

/** Why a key may not pass; also the code of the error that is answered. */
export type KeyRefusal =
  | 'invalid_api_key'
  | 'api_key_revoked'
  | 'api_key_expired'
  | 'api_key_suspended'
  | 'project_suspended'
  | 'ip_not_allowed'
  | 'domain_not_allowed'
  | 'permission_denied';

/** One check on the way of a key's request. */
export interface KeyCheck {
  readonly check: string;
  readonly refusal: KeyRefusal;
  /** The attributes that its end, or the words for it, tell of. */
  readonly tells: readonly string[];
  passes(key: KeyFacts, request: KeyRequest): boolean;
  /** What is the case when it does not pass. */
  reason(key: KeyFacts, request: KeyRequest): string;
  /** What exactly to do about it. */
  fix(key: KeyFacts, request: KeyRequest): string;
}

const url = (key: KeyFacts) => `/v1/projects/${key.project.id}/api-keys/${key.id}`;
const settings = (key: KeyFacts) => `/v1/projects/${key.project.id}/settings`;

const MEMBER_STOPS = {
  team: {
    reason: 'The key belongs to a member who is suspended.',
    fix: (key: KeyFacts) =>
      `Activate the member: POST /v1/projects/${key.project.id}/members/${key.memberId}/activate.`,
  },
  organization: {
    reason: 'The key belongs to a member who is suspended in the whole organization.',
    fix: (key: KeyFacts) =>
      `Activate the person in GET /v1/organizations/${key.project.organizationId}/members.`,
  },
  account: {
    reason: 'The key belongs to a member whose account is not active.',
    fix: () => 'A platform admin can activate it: POST /v1/users/{id}/activate.',
  },
};

/** The checks in the order they are made: identity first, then what stops it, then where it is used from, then what for. */
export const KEY_CHECKS: readonly KeyCheck[] = [
  {
    check: 'project_exists',
    refusal: 'invalid_api_key',
    tells: [],
    passes: key => key.project.status !== 'deleted',
    reason: () => 'The project of the key is deleted.',
    fix: key => `A platform admin can restore it: POST ${settings(key)}/activate.`,
  },
  {
    check: 'secret_current',
    refusal: 'invalid_api_key',
    tells: ['api_key.previous_secret'],
    passes: (key, { at }) => key.previousSecretUntil === null || key.previousSecretUntil > at,
    reason: () => 'The secret was replaced, and its grace period is over.',
    fix: () => 'Use the secret shown when the key was regenerated, or regenerate it again.',
  },
  {
    check: 'key_not_revoked',
    refusal: 'api_key_revoked',
    tells: ['api_key.status'],
    passes: key => key.status !== 'revoked',
    reason: () => 'The key has been revoked, which cannot be undone.',
    fix: key => `Issue a new key: POST /v1/projects/${key.project.id}/api-keys.`,
  },
  {
    check: 'key_not_expired',
    refusal: 'api_key_expired',
    tells: ['api_key.expires_at', 'api_key.status'],
    passes: (key, { at }) => key.expiresAt === null || key.expiresAt > at,
    reason: key => `The key expired at ${key.expiresAt!.toISOString()}.`,
    fix: key => `Set a later expires_at, or null: PATCH ${url(key)}.`,
  },
  {
    check: 'project_active',
    refusal: 'project_suspended',
    tells: [],
    passes: key => key.project.status !== 'suspended',
    reason: () => 'The project is suspended.',
    fix: key => `Activate it: POST ${settings(key)}/activate.`,
  },
  {
    check: 'key_active',
    refusal: 'api_key_suspended',
    tells: ['api_key.status'],
    passes: key => key.status !== 'suspended',
    reason: () => 'The key is suspended.',
    fix: key => `Activate it: PATCH ${url(key)} with {"status": "activated"}.`,
  },
  {
    check: 'member_active',
    refusal: 'api_key_suspended',
    tells: ['member.status'],
    passes: key => key.memberStoppedIn === null,
    reason: key => MEMBER_STOPS[key.memberStoppedIn!].reason,
    fix: key => MEMBER_STOPS[key.memberStoppedIn!].fix(key),
  },
  {
    check: 'ip_allowed',
    refusal: 'ip_not_allowed',
    tells: ['api_key.allowed_ips'],
    passes: (key, { ip }) => ipAllowed(key.allowedIps, ip),
    reason: (_, { ip }) => `${ip ?? 'A request without an address'} is not on the key's list of addresses.`,
    fix: (key, { ip }) => `Add ${ip ?? 'the address'} to allowed_ips, or empty the list: PATCH ${url(key)}.`,
  },
  {
    check: 'domain_allowed',
    refusal: 'domain_not_allowed',
    tells: ['api_key.allowed_domains'],
    passes: (key, { origin }) => domainAllowed(key.allowedDomains, origin),
    reason: (_, { origin }) =>
      `${origin ?? 'A request without Origin or Referer'} is not on the key's list of domains.`,
    fix: (key, { origin }) =>
      origin
        ? `Add its host name to allowed_domains, or empty the list: PATCH ${url(key)}.`
        : `Send the Origin header, or empty allowed_domains: PATCH ${url(key)}.`,
  },
  {
    check: 'permission_held',
    refusal: 'permission_denied',
    tells: ['api_key.role', 'member.role'],
    passes: (key, { permission }) => !permission || key.permissions.has(permission),
    reason: (key, { permission }) => `The role ${key.role.name} does not give this key ${permission}.`,
    fix: (key, { permission }) =>
      key.memberId
        ? `Give both the key and its member a role with ${permission}.`
        : `Give the key a role with ${permission}: PATCH ${url(key)} with its role_id.`,
  },
];

/** What stops a key wherever it is used from and for what: the checks before those. */
const STOPS = KEY_CHECKS.slice(
  0,
  KEY_CHECKS.findIndex(({ check }) => check === 'ip_allowed'),
);

/** Whether the key can pass with no request at all. */
export function isStopped(key: KeyFacts, at: Date): boolean {
  const request = { ip: null, origin: null, at };
  return !STOPS.every(check => check.passes(key, request));
}

/** The one decision whether a key may pass: the first check it fails, or null. */
export function firstFailure(key: KeyFacts, request: KeyRequest): KeyCheck | null {
  for (const check of KEY_CHECKS) if (!check.passes(key, request)) return check;
  return null;
}

/** Why the key may not pass; null when it may. */
export function refusalOf(key: KeyFacts, request: KeyRequest): KeyRefusal | null {
  return firstFailure(key, request)?.refusal ?? null;
}
