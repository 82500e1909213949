import type { RequestContext } from '../context/request-context.js';

/** How far a sandbox is on its way to production. */
export const PROMOTION_STATES = [
  'not_ready',
  'ready_for_review',
  'under_review',
  'approved',
  'rejected',
  'promoted',
] as const;
export type PromotionState = (typeof PROMOTION_STATES)[number];

/** Where a project stands between sandbox and production. */
export interface PromotionStanding {
  readonly state: PromotionState;
  /** The production project made from it, or the sandbox it was made from. */
  readonly pair: { readonly id: string; readonly name: string } | null;
  /** Whether its configuration differs from its pair's. */
  readonly drifted: boolean;
}

/** What projects and their settings need to know of promotions; the `environments` module answers it. */
export abstract class Promotions {
  /** Of one project at a time: it reads the configuration of both. */
  abstract standing(
    ctx: RequestContext,
    project: { readonly id: string; readonly environment: string },
  ): Promise<PromotionStanding>;
}
