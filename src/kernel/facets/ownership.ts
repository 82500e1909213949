import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../context/request-context.js';
import { collect, type Effect } from './effects.js';
import { Facets } from './facets.js';

/** A user, everywhere or within one organization. */
export interface Owner {
  readonly userId: string;
  readonly organizationId?: string;
}

/** A facet of a module whose objects somebody must own. */
export interface AnswersOwnership {
  /** What this user owns. It must get another owner before the user can go. */
  ownedBy(ctx: RequestContext, owner: Owner): Promise<Effect[]>;
}

/** Asks every module what somebody owns. */
@Injectable()
export class Ownership {
  constructor(private readonly facets: Facets) {}

  /** Everything that must get another owner before the user can go; empty when nothing is in the way. */
  of(ctx: RequestContext, owner: Owner): Promise<Effect[]> {
    const answerers = this.facets.answering<AnswersOwnership>('ownedBy');
    return collect(answerers, facet => facet.ownedBy(ctx, owner));
  }
}
