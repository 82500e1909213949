import type { ErrorCode } from '../../kernel/errors/error-codes.js';
import type { RequestLog } from '../usage/request-log.dto.js';
import { KEY_CHECKS, type KeyRefusal } from './key-decision.js';

/** What the request log recorded of a request, as an explanation needs it. */
export type LoggedRequest = Pick<
  RequestLog,
  'project_id' | 'api_key_id' | 'member_id' | 'ip' | 'error_code' | 'status'
> & {
  /** What the route takes; null where it takes no permission, or is there no more. */
  readonly permission: string | null;
};

interface LoggedRefusal {
  readonly check: string;
  reason(request: LoggedRequest): string;
  fix(request: LoggedRequest): string;
}

/** The check that comes after those of the key. */
export const QUOTA_CHECK = 'quota_left';

/** The checks that a request passes before its handler answers, in order. */
export const LOGGED_CHECKS = [...KEY_CHECKS.map(({ check }) => check), QUOTA_CHECK];

/** What is answered before anybody looks at the key. */
const UNCHECKED = new Set<string>([
  'route_not_found',
  'method_not_allowed',
  'malformed_request',
  'invalid_json',
  'invalid_encoding',
  'body_too_deep',
  'body_too_large',
  'unsupported_media_type',
] satisfies ErrorCode[]);

const key = ({ project_id, api_key_id }: LoggedRequest) =>
  `/v1/projects/${project_id}/api-keys/${api_key_id}`;

/** Why requests were refused, by the code that was answered: in the past, as keys change, and as far as it was recorded. */
const REFUSALS: Record<KeyRefusal | 'usage_limit_exceeded', LoggedRefusal> = {
  invalid_api_key: {
    check: 'secret_current',
    reason: () =>
      'The secret had been replaced and its grace period was over, or the project was deleted; which of them is not recorded.',
    fix: request =>
      `Use the secret shown when the key was regenerated, or regenerate it again: POST ${key(request)}/regenerate.`,
  },
  api_key_revoked: {
    check: 'key_not_revoked',
    reason: () => 'The key had been revoked, which cannot be undone.',
    fix: ({ project_id }) => `Issue a new key: POST /v1/projects/${project_id}/api-keys.`,
  },
  api_key_expired: {
    check: 'key_not_expired',
    reason: () => 'The key had expired; when is not recorded.',
    fix: request => `Set a later expires_at, or null: PATCH ${key(request)}.`,
  },
  project_suspended: {
    check: 'project_active',
    reason: () => 'The project was suspended.',
    fix: ({ project_id }) => `Activate it: POST /v1/projects/${project_id}/settings/activate.`,
  },
  api_key_suspended: {
    check: 'key_active',
    reason: ({ member_id }) =>
      member_id
        ? 'The key, or the member it belongs to, was suspended; which of them is not recorded.'
        : 'The key was suspended.',
    fix: request =>
      request.member_id
        ? `Activate the key: PATCH ${key(request)} with {"status": "activated"}; or the member: POST ` +
          `/v1/projects/${request.project_id}/members/${request.member_id}/activate.`
        : `Activate it: PATCH ${key(request)} with {"status": "activated"}.`,
  },
  ip_not_allowed: {
    check: 'ip_allowed',
    reason: ({ ip }) => `${ip ?? 'A request without an address'} was not on the key's list of addresses.`,
    fix: request =>
      `Add ${request.ip ?? 'the address'} to allowed_ips, or empty the list: PATCH ${key(request)}.`,
  },
  domain_not_allowed: {
    check: 'domain_allowed',
    reason: () =>
      "The request's Origin or Referer, which is not recorded, was not on the key's list of domains.",
    fix: request =>
      `Add the host name it comes from to allowed_domains, or empty the list: PATCH ${key(request)}. A request without ` +
      'Origin and Referer has to send Origin.',
  },
  permission_denied: {
    check: 'permission_held',
    reason: ({ permission }) =>
      permission
        ? `The role of the key did not give it ${permission}.`
        : 'The role of the key did not permit it; which permission it takes is not recorded.',
    fix: request => {
      const role = `a role with ${request.permission ?? 'the permission'}`;
      return request.member_id
        ? `Give both the key and its member ${role}.`
        : `Give the key ${role}: PATCH ${key(request)} with its role_id.`;
    },
  },
  usage_limit_exceeded: {
    check: QUOTA_CHECK,
    reason: () => 'The requests of the minute or of the day were used up; which of them is not recorded.',
    fix: () => 'Wait as long as Retry-After says, spread the calls, or have the limits raised.',
  },
};

/** The check that refused the request, or null. */
export function refusalOf({ error_code }: Pick<LoggedRequest, 'error_code'>): LoggedRefusal | null {
  return error_code !== null && error_code in REFUSALS ? REFUSALS[error_code as keyof typeof REFUSALS] : null;
}

/** Whether the request was answered before anybody looked at its key. */
export function wasUnchecked({ error_code }: Pick<LoggedRequest, 'error_code'>): boolean {
  return error_code !== null && UNCHECKED.has(error_code);
}
