import type { EventType } from '../event-log/event-types.js';

export const MUTATION = 'bailiwick:mutation';

/** What a mutating handler declares; see `@Mutation`. */
export interface MutationOptions {
  /** Event types the handler may leave; it leaves exactly one entry. */
  readonly events: readonly EventType[];
  /** Top-level response fields that hold a secret: not stored with the idempotency record. */
  readonly secrets: readonly string[];
  /** False where the route has identifiers of its own and ignores `Idempotency-Key`. */
  readonly idempotent: boolean;
  /** True where the first success takes the caller's own right to it away, so that a repeat cannot be asked for it. */
  readonly givesUpRight: boolean;
  /** True for what people may do in a suspended project, too: what stops something for good. */
  readonly whileSuspended: boolean;
  /**
   * True where `?dry_run=true` answers what the request would do instead of doing it. Everywhere else it is refused:
   * who asks for a dry run never gets the real thing.
   */
  readonly dryRun: boolean;
}
