import { Injectable } from '@nestjs/common';
import type { Permission } from '../access/permissions.js';
import type { HiddenAttributes } from '../context/hidden-attributes.js';
import type { RequestContext } from '../context/request-context.js';
import type { IdPrefix } from '../database/ids.js';
import { Facets } from './facets.js';

/** What somebody may do in a project at this moment, and what is hidden from them there. */
export interface Standing {
  readonly permissions: ReadonlySet<Permission>;
  readonly hidden: HiddenAttributes;
  /** The membership by which they are there, or whose own key it is; null for those who are there by another right. */
  readonly memberId: string | null;
}

/** A facet of a module whose ids stand for somebody who acts: people, keys. */
export interface AnswersStandings {
  readonly standing: {
    readonly prefix: IdPrefix;
    /** Null for somebody who is stopped, or has no place in the project. */
    of(ctx: RequestContext, projectId: string, id: string): Promise<Standing | null>;
  };
}

/** Says what somebody other than the caller may do now; within a unit of work, as it will be once that commits. */
@Injectable()
export class Standings {
  constructor(private readonly facets: Facets) {}

  async of(ctx: RequestContext, projectId: string, principalId: string): Promise<Standing | null> {
    const prefix = principalId.slice(0, 3);
    const all = this.facets.answering<AnswersStandings>('standing');
    const answerer = all.find(({ standing }) => standing.prefix === prefix);
    return answerer ? answerer.standing.of(ctx, projectId, principalId) : null;
  }
}
