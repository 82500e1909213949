import { Injectable } from '@nestjs/common';
import type { Permission } from '../access/permissions.js';
import type { RequestContext } from '../context/request-context.js';
import type { IdPrefix } from '../database/ids.js';
import { Facets } from './facets.js';

/** An object found by its id alone; `projectId` is null for what belongs to no project. */
export interface Found {
  readonly id: string;
  readonly projectId: string | null;
  readonly name: string | null;
  readonly url: string;
  /** Keys and members who may see it without the permission that it takes otherwise. */
  readonly owners?: readonly (string | null)[];
}

/** How objects with one id prefix are found, and the permission needed to see one in its project. */
export interface Lookup {
  readonly prefix: IdPrefix;
  /** What they are: `api_key`. */
  readonly object: string;
  /** The attributes that names are made of: whoever one of them is hidden from sees no name. */
  readonly madeOf: readonly string[];
  readonly permission: Permission;
  /** Null when there is none, or when it belongs to no project and is not the caller's to see. */
  find(ctx: RequestContext, id: string): Promise<Found | null>;
}

/** A facet of a module whose objects can be found by id. */
export interface AnswersLookups {
  readonly lookup: Lookup;
}

/** Knows how objects of each prefix are found. */
@Injectable()
export class Lookups {
  constructor(private readonly facets: Facets) {}

  /** The look-up for an id; undefined when no module has ids like it. */
  for(id: string): Lookup | undefined {
    const prefix = id.slice(0, 3);
    return this.all().find(lookup => lookup.prefix === prefix);
  }

  /** Every look-up there is. */
  all(): Lookup[] {
    return this.facets.answering<AnswersLookups>('lookup').map(({ lookup }) => lookup);
  }
}
