import type { RequestContext } from '../context/request-context.js';
import type { RetentionKind } from './purging.js';

/** What others need to know of how long a project keeps things; the `retention` module answers it. */
export abstract class KeptDays {
  /** For how many days the project keeps what is of this kind; null for ever. */
  abstract of(ctx: RequestContext, projectId: string, kind: RetentionKind): Promise<number | null>;
}
