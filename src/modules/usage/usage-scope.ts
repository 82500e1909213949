import type { RequestContext } from '../../kernel/context/request-context.js';
import { isId } from '../../kernel/database/ids.js';
import type { Recipient } from '../../kernel/facets/exports.js';

/** Whose requests are meant: one project's, or those of all projects of an organization. */
export type UsageScope = { readonly project_id: string } | { readonly organization_id: string };

/** What requests can be chosen by. */
export interface RequestFilter {
  api_key_id?: string;
  member_id?: string;
  project_id?: string;
  /** A status, `404`, or a class of them, `4xx`. */
  status?: string;
  method?: string;
  route?: string;
  /** Set for callers who see their own requests only. */
  own?: { api_key_id: string } | { member_id: string };
}

/** What of single lines requests can be chosen by; what their series do not tell. */
export interface LineFilter {
  /** Text in the route, the user agent or the error code, or a whole request id. */
  q?: string;
  /** A canonical address. */
  ip?: string;
}

/** Whether a filter leaves anything out. */
export function isNarrowed(filter: RequestFilter | LineFilter): boolean {
  return Object.values(filter).some(value => value !== undefined);
}

/**
 * What of a project's request log the caller may see: all of it with `usage:write`; else a signed-in member the
 * requests of their own keys, and a key only its own requests, whoever it belongs to.
 */
export function visibleTo({ principal, permissions, memberId }: RequestContext): RequestFilter['own'] {
  return ownOf({ id: principal!.id, permissions, memberId });
}

/** The same of somebody who is not the caller. */
export function ownOf({
  id,
  permissions,
  memberId,
}: Pick<Recipient, 'id' | 'permissions' | 'memberId'>): RequestFilter['own'] {
  if (permissions.has('usage:write')) return undefined;
  return isId(id, 'usr') && memberId !== null ? { member_id: memberId } : { api_key_id: id };
}
