import { invalidField } from '../errors/app-error.js';
import type { Effect } from '../facets/effects.js';

/** The query parameter with which a mutation only says what it would do. */
export const DRY_RUN = 'dry_run';

const namesOf = (value: unknown) => (value !== null && typeof value === 'object' ? Object.keys(value) : []);

/** What a request would do; nothing of it was done. */
export interface DryRun {
  readonly dry_run: true;
  readonly effects: readonly Effect[];
}

/**
 * Whether a request asks only what it would do.
 * @param body of a route that takes none, and so would not notice what is in it
 * @throws AppError `validation_failed` for a value that is neither true nor false, for `true` where the route has no dry
 *   run, and for a dry run that is misspelled or misplaced: it must not become the real thing
 */
export function asksForDryRun(query: unknown, offered: boolean, body?: unknown): boolean {
  const names = [...namesOf(query).filter(name => name !== DRY_RUN), ...namesOf(body)];
  const meant = names.find(name => name.replace(/[^a-z]/gi, '').toLowerCase() === 'dryrun');
  if (meant !== undefined)
    throw invalidField(meant, 'is not a known parameter', 'Send dry_run=true in the query.');
  const value = (query as Record<string, unknown>)[DRY_RUN];
  if (value === undefined || value === 'false') return false;
  if (value !== 'true')
    throw invalidField(DRY_RUN, 'must be true or false', 'Send true or false, or leave it out.');
  if (!offered) throw invalidField(DRY_RUN, 'is not offered by this route', 'Leave it out.');
  return true;
}
