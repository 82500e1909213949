import type { RequestContext } from '../../kernel/context/request-context.js';

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

/** Whether a filter leaves anything out. */
export function isNarrowed(filter: RequestFilter): boolean {
  return Object.values(filter).some(value => value !== undefined);
}

/**
 * What of a project's request log the caller may see: all of it with `usage:write`; else a signed-in member the
 * requests of their own keys, and a key only its own requests, whoever it belongs to.
 */
export function visibleTo(ctx: RequestContext): RequestFilter['own'] {
  if (ctx.can('usage:write')) return undefined;
  if (ctx.principal?.type === 'user' && ctx.memberId !== null) return { member_id: ctx.memberId };
  return { api_key_id: ctx.principal!.id };
}
