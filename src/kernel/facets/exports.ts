import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Permission } from '../access/permissions.js';
import type { RequestContext } from '../context/request-context.js';
import { firstIdAt, type IdPrefix } from '../database/ids.js';
import { Facets } from './facets.js';
import type { Standing } from './standings.js';

/** What can be exported of a project. */
export const EXPORT_KINDS = ['request_logs', 'events', 'ledger', 'customers', 'usage', 'team'] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

/** Whoever an export is for: their id, and what they may do in the project at this moment. */
export type Recipient = Standing & { readonly id: string };

/** What is to be exported. */
export interface ExportQuery {
  readonly projectId: string;
  /** Rows made at this instant or later; null for no such limit. */
  readonly from: Date | null;
  /** Rows made before this instant; null for no such limit. */
  readonly to: Date | null;
  readonly recipient: Recipient;
}

/** The rows of one kind. */
export interface Dataset<Row extends object = object> {
  /** What it takes to read the same over the API. */
  readonly permission: Permission;
  /**
   * What a row shows, named as in answers: what is hidden from the recipient is hidden by it. An object's fields become
   * columns with dots, everything else with an inside becomes JSON in a cell.
   */
  readonly row: z.ZodObject;
  /** Whether `from` and `to` mean anything. */
  readonly ranged: boolean;
  /** The part of the rows that the recipient sees, whoever else sees more; null for all. One who sees a part gets that of nobody else. */
  partFor?(recipient: Recipient): string | null;
  /** About how many rows there are, for the progress. Reads in stretches, so that no statement holds the event loop. */
  count(ctx: RequestContext, query: ExportQuery): Promise<number>;
  /**
   * The rows there are when it is asked, oldest first, in small pieces: each is read by statements of a few milliseconds,
   * in the order of an index, going on where the one before ended. See `inPieces`.
   */
  rows(ctx: RequestContext, query: ExportQuery): AsyncIterable<readonly Row[]>;
}

/** A facet of a module whose rows can be exported. */
export interface AnswersExports {
  readonly exports: Partial<Record<ExportKind, Dataset>>;
}

/** The ids of a time. */
export interface IdRange {
  /** The first id; null for the very first. */
  readonly first: string | null;
  readonly before: string;
}

/** The ids that rows of a query's time have; up to now at most: what comes meanwhile would be followed without an end. */
export function idRangeOf(prefix: IdPrefix, { from, to }: ExportQuery): IdRange {
  const now = new Date();
  return { first: from && firstIdAt(prefix, from), before: firstIdAt(prefix, to && to < now ? to : now) };
}

/** Knows the rows of each kind. */
@Injectable()
export class Exports {
  constructor(private readonly facets: Facets) {}

  /** The rows of a kind; undefined when no module has such. */
  get(kind: ExportKind): Dataset | undefined {
    return this.facets.answering<AnswersExports>('exports').find(({ exports }) => exports[kind])?.exports[
      kind
    ];
  }

  /** The kinds that some module has rows of. */
  offered(): ExportKind[] {
    return EXPORT_KINDS.filter(kind => this.get(kind) !== undefined);
  }
}
