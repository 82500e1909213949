import type { AccessRule } from '../access/access.decorator.js';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { DRY_RUN } from '../mutations/dry-run.js';
import type { MutationOptions } from '../mutations/mutation-options.js';
import type { DeclaredRoute } from '../routes/declared-routes.js';
import { describeParameters } from './describe.js';
import type { Method, Operation } from './document-parts.js';
import type { ErrorResponses } from './error-responses.js';
import { CONFIRMATION } from './error-schemas.js';
import { addDryRun } from './openapi-dry-run.js';
import { polishParameters } from './openapi-polish.js';
import { headersOfSuccess } from './response-headers.js';

/** A route that says who may call it: all do, the start sees to that. */
export type Declarations = DeclaredRoute & { readonly access: AccessRule };

/** Completes an operation by what its route declares: who may call it, what it leaves, how it can be refused. */
export function completeOperation(
  operation: Operation,
  declared: Declarations,
  [method, path]: readonly [Method, string],
  errors: ErrorResponses,
): void {
  const { access, mutation, docs } = declared;
  const isPublic = access === 'public';
  operation.security = isPublic
    ? []
    : access === 'optional'
      ? [{}, { bearer: [] }]
      : access === 'key' || acceptsKeys(access)
        ? [{ basic: [] }, { bearer: [] }, { api_key: [] }]
        : [{ bearer: [] }];
  operation.description = [docs?.description, whoMay(access), whatItLeaves(mutation)]
    .filter(Boolean)
    .join('\n\n');
  polishParameters(operation, path, docs?.params);
  const replays = mutation?.idempotent === true && method === 'post' && !isPublic;
  if (replays) operation.parameters!.push(refToParameter('IdempotencyKey'));
  if (mutation?.dryRun) addDryRun(operation);
  describeParameters(operation);
  const successes = Object.entries(operation.responses);
  const codes = new Set<ErrorCode>([
    ...(docs?.errors ?? []),
    ...authenticationCodes(declared),
    ...accessCodes(access, path),
    ...(hasFilters(operation, access) ? (['attribute_hidden'] as const) : []),
    // A dry run that is not offered is refused by all that is no GET.
    ...(operation.requestBody || operation.parameters?.length || method !== 'get'
      ? (['validation_failed'] as const)
      : []),
    ...(replays ? IDEMPOTENCY_CODES : []),
    ...(operation.requestBody && !codesOf(docs).includes('multipart_required') ? BODY_CODES : []),
    'internal_error',
  ]);
  // Two credentials, for one, are refused everywhere.
  if (![...codes].some(code => statusOf(code) === 400)) codes.add('malformed_request');
  const forbidden = docs?.forbidden ?? [];
  const statuses = new Set([...[...codes].map(statusOf), ...(forbidden.length ? [403] : [])]);
  for (const status of statuses) {
    const usual = [...codes].filter(code => statusOf(code) === status);
    operation.responses[String(status)] = errors.answer(
      status,
      status === 403 ? [...usual, ...forbidden] : usual,
      status === 403 ? forbidden : [],
      status === 428 ? CONFIRMATION : undefined,
    );
  }
  for (const [status, response] of successes) {
    if (status < '300' && response && 'description' in response)
      response.headers = headersOfSuccess({ forKeys: isForKeys(operation), replays });
  }
}

/** How whoever sends no credentials, wrong ones or those of somebody who must change the password is answered. */
function authenticationCodes({ access, beforePasswordChange, beforeTotpSetup }: Declarations): ErrorCode[] {
  if (access === 'public') return [];
  const codes: ErrorCode[] = ['invalid_api_key', 'invalid_session'];
  if (access !== 'optional') codes.unshift('missing_api_key');
  if (access !== 'key' && !beforePasswordChange) codes.push('password_change_required');
  if (access !== 'key' && !beforePasswordChange && !beforeTotpSetup) codes.push('totp_setup_required');
  return codes;
}

const KEY_CODES = [
  'api_key_revoked',
  'api_key_expired',
  'api_key_suspended',
  'project_suspended',
  'ip_not_allowed',
  'domain_not_allowed',
  'usage_limit_exceeded',
] as const;
const BODY_CODES = ['unsupported_media_type', 'body_too_large'] as const;
const IDEMPOTENCY_CODES = [
  'idempotency_mismatch',
  'idempotency_in_flight',
  'invalid_idempotency_key',
] as const;

function statusOf(code: ErrorCode): number {
  return ERROR_CODES[code].status;
}

function acceptsKeys(access: AccessRule): boolean {
  return access === 'any' || access === 'key' || access === 'member' || access.includes(':');
}

function accessCodes(access: AccessRule, path: string): ErrorCode[] {
  if (access === 'public' || access === 'optional') return [];
  if (access === 'session') return ['session_required'];
  if (access === 'admin') return ['permission_denied'];
  const codes: ErrorCode[] = [...KEY_CODES];
  if (access.includes(':')) codes.push('permission_denied');
  if (path.startsWith('/v1/projects/{id}')) codes.push('not_found');
  return codes;
}

/** Query parameters that neither filter nor sort. */
const PLAIN = new Set(['limit', 'cursor', DRY_RUN]);

/** Whether it filters or sorts what is hidden from some roles. */
function hasFilters(operation: Operation, access: AccessRule): boolean {
  const names = (operation.parameters ?? []).flatMap(parameter =>
    'in' in parameter && parameter.in === 'query' ? [parameter.name] : [],
  );
  return acceptsKeys(access) && names.some(name => !PLAIN.has(name));
}

function whoMay(access: AccessRule): string {
  const who: Partial<Record<AccessRule, string>> = {
    public: 'Open to anybody.',
    optional: 'Open to anybody; credentials, if sent, must be valid.',
    session: 'For signed-in people.',
    key: 'For API keys.',
    any: 'For signed-in people and API keys.',
    admin: 'For platform admins.',
    member: 'For active members of the project, and its keys.',
  };
  return who[access] ?? `Requires the permission \`${access}\`.`;
}

function whatItLeaves(mutation: MutationOptions | undefined): string | undefined {
  return (
    mutation &&
    `Writes one entry to the event log: ${mutation.events.map(type => `\`${type}\``).join(' or ')}.`
  );
}

function codesOf(docs: DeclaredRoute['docs']): readonly ErrorCode[] {
  return docs?.errors ?? [];
}

function isForKeys({ security }: Operation): boolean {
  return security?.some(one => 'api_key' in one) ?? false;
}

function refToParameter(name: keyof typeof SHARED_PARAMETERS) {
  return { $ref: `#/components/parameters/${name}` };
}

/** Parameters of many operations. */
export const SHARED_PARAMETERS = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header' as const,
    required: false,
    description:
      'For 24 hours, repeating the request with the same key returns the first answer and has no second effect.',
    schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
  },
};
