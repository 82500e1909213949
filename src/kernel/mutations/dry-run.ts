import { invalidField } from '../errors/app-error.js';
import type { Effect } from '../facets/effects.js';

/** The query parameter with which a mutation only says what it would do. */
export const DRY_RUN = 'dry_run';

/** What a request would do; nothing of it was done. */
export interface DryRun {
  readonly dry_run: true;
  readonly effects: readonly Effect[];
}

/**
 * Whether a request asks only what it would do.
 * @throws AppError `validation_failed` for a value that is neither true nor false, and for `true` where the route has
 *   no dry run
 */
export function asksForDryRun(query: unknown, offered: boolean): boolean {
  const value = (query as Record<string, unknown>)[DRY_RUN];
  if (value === undefined || value === 'false') return false;
  if (value !== 'true')
    throw invalidField(DRY_RUN, 'must be true or false', 'Send true or false, or leave it out.');
  if (!offered) throw invalidField(DRY_RUN, 'is not offered by this route', 'Leave it out.');
  return true;
}
