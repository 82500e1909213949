import { Injectable } from '@nestjs/common';
import { Facets } from './facets.js';

/** A column whose values the vault sealed. */
export interface SealedColumn {
  readonly table: string;
  /** The table's primary key. */
  readonly key: string;
  readonly column: string;
  /** What the vault sealed them for. */
  readonly purpose: string;
}

/** A facet of a module that keeps sealed values. */
export interface AnswersSealedColumns {
  readonly sealedColumns: readonly SealedColumn[];
}

/** Knows everything in the database that only `APP_SECRET` opens. */
@Injectable()
export class SealedColumns {
  constructor(private readonly facets: Facets) {}

  all(): readonly SealedColumn[] {
    return this.facets
      .answering<AnswersSealedColumns>('sealedColumns')
      .flatMap(({ sealedColumns }) => sealedColumns);
  }
}
