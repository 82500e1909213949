import type { HiddenAttributes } from '../context/hidden-attributes.js';
import type { RequestContext } from '../context/request-context.js';

/** What is needed of an entry to decide what to do with it. */
export interface FedEvent {
  readonly id: string;
  readonly projectId: string;
  readonly type: string;
  readonly targetId: string;
  readonly changes: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;
}

/** A part of a project's log: from one id on, before another, of some types. */
export interface FeedSpan {
  readonly from: string;
  readonly before: string;
  readonly types: readonly string[];
}

/** What tells of an entry outside the API. */
export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly project_id: string | null;
  readonly outcome: string;
  readonly actor: object;
  readonly subject_user_id: string | null;
  readonly target: object;
  readonly changes: object;
  readonly effects: readonly object[];
  readonly reason: string | null;
  readonly request_id: string;
  readonly created_at: string;
}

/** The event log, for those who pass on what happens in a project; the `audit` module answers it. */
export abstract class EventFeed {
  /** An entry of a project's; null when there is none, or no more. */
  abstract find(ctx: RequestContext, id: string): Promise<FedEvent | null>;

  /** An entry as the API shows it to somebody from whom these attributes are hidden. */
  abstract tell(
    ctx: RequestContext,
    projectId: string,
    id: string,
    hidden: HiddenAttributes,
  ): Promise<ToldEvent | null>;

  /** Entries of the span, oldest first, of one type or of any. */
  abstract page(
    ctx: RequestContext,
    projectId: string,
    span: Omit<FeedSpan, 'types'> & { readonly type?: string },
    limit: number,
  ): Promise<FedEvent[]>;

  /** How many entries of these types the span has; of more than 10,000, what was counted within five seconds. */
  abstract count(ctx: RequestContext, projectId: string, span: FeedSpan): Promise<number>;
}
