import { AppError } from '../../kernel/errors/app-error.js';
import type { EventType } from '../../kernel/event-log/event-types.js';
import type { PromotionState } from '../../kernel/facets/promotions.port.js';

/** What became of a promotion request. */
export const PROMOTION_STATUSES = [
  'under_review',
  'approved',
  'rejected',
  'applied',
  'rolled_back',
  'withdrawn',
] as const;
export type PromotionStatus = (typeof PROMOTION_STATUSES)[number];

/** In these, a project can have no second request. */
export const PENDING: readonly PromotionStatus[] = ['under_review', 'approved'];

/** From which statuses each step starts, where it leads, and what it is called in the log. */
export const PROMOTION_TRANSITIONS = {
  approve: { from: ['under_review'], to: 'approved', event: 'promotion.approved' },
  reject: { from: ['under_review'], to: 'rejected', event: 'promotion.rejected' },
  withdraw: { from: ['under_review', 'approved'], to: 'withdrawn', event: 'promotion.withdrawn' },
  apply: { from: ['approved'], to: 'applied', event: 'promotion.applied' },
  rollback: { from: ['applied'], to: 'rolled_back', event: 'promotion.rolled_back' },
} as const satisfies Record<
  string,
  { from: readonly PromotionStatus[]; to: PromotionStatus; event: EventType }
>;

export type PromotionTransition = keyof typeof PROMOTION_TRANSITIONS;

/** Why a step cannot be taken from `status`; null when it can. */
export function refusalOf(step: PromotionTransition, status: PromotionStatus): AppError | null {
  const allowed_from: readonly PromotionStatus[] = PROMOTION_TRANSITIONS[step].from;
  if (allowed_from.includes(status)) return null;
  return new AppError(step === 'apply' ? 'promotion_not_approved' : 'invalid_transition', {
    message: `The promotion request is ${status.replace('_', ' ')}.`,
    details: { status, allowed_from },
  });
}

/**
 * The state of a sandbox, from the status of its newest request and whether it has a pair that is in sync; null when
 * only its handoff checks can tell whether it is ready for review.
 */
export function stateOf(newest: PromotionStatus | null, inSync: boolean): PromotionState | null {
  if (newest === 'under_review' || newest === 'approved') return newest;
  if (inSync) return 'promoted';
  return newest === 'rejected' ? 'rejected' : null;
}
