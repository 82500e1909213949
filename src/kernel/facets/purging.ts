import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { Facets } from './facets.js';

/** What a project keeps for a time; the settings are called the same with `_days`. */
export const RETENTION_KINDS = [
  'request_logs',
  'events',
  'webhook_deliveries',
  'reports',
  'deleted_media',
  'expired_invitations',
] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

/** How the rows of one kind are counted and deleted once they are old enough. */
export interface Purge {
  /** How many rows of the project are older than `before`. Reads in stretches, so that no statement holds the event loop. */
  count(ctx: RequestContext, projectId: string, before: Date): Promise<number>;
  /**
   * Deletes at most `limit` of those rows, the oldest first, in short units of work of its own and without an entry in
   * the event log; answers how many, 0 when none is left. It may be killed at any moment and called again.
   */
  deleteBatch(ctx: RequestContext, projectId: string, before: Date, limit: number): Promise<number>;
}

/** A facet of a module whose rows are kept for a time. */
export interface AnswersPurging {
  readonly purging: Partial<Record<RetentionKind, Purge>>;
}

/** Knows how the rows of each kind are purged. */
@Injectable()
export class Purging {
  constructor(private readonly facets: Facets) {}

  /** How a kind is purged; undefined when no module has rows of it. */
  get(kind: RetentionKind): Purge | undefined {
    return this.facets.answering<AnswersPurging>('purging').find(({ purging }) => purging[kind])?.purging[
      kind
    ];
  }
}
