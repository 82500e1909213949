import {
  PROMOTION_STATUSES,
  type PromotionStatus,
  type PromotionTransition,
  refusalOf,
  stateOf,
} from './promotion-transitions.js';

const YES = null;
const NO = 'invalid_transition';
const UNAPPROVED = 'promotion_not_approved';

/** What each step answers in each status. Written by hand, from the contract. */
const TABLE: Record<PromotionStatus, Record<PromotionTransition, string | null>> = {
  under_review: { approve: YES, reject: YES, withdraw: YES, apply: UNAPPROVED, rollback: NO },
  approved: { approve: NO, reject: NO, withdraw: YES, apply: YES, rollback: NO },
  rejected: { approve: NO, reject: NO, withdraw: NO, apply: UNAPPROVED, rollback: NO },
  applied: { approve: NO, reject: NO, withdraw: NO, apply: UNAPPROVED, rollback: YES },
  rolled_back: { approve: NO, reject: NO, withdraw: NO, apply: UNAPPROVED, rollback: NO },
  withdrawn: { approve: NO, reject: NO, withdraw: NO, apply: UNAPPROVED, rollback: NO },
};

it('covers every status', () => {
  expect(Object.keys(TABLE)).toEqual([...PROMOTION_STATUSES]);
});

it.each(Object.entries(TABLE))('%s', (status, answers) => {
  const answered = Object.keys(answers).map(step => [
    step,
    refusalOf(step as PromotionTransition, status as PromotionStatus)?.code ?? YES,
  ]);
  expect(Object.fromEntries(answered)).toEqual(answers);
});

it.each([
  // newest request, in sync with its pair, state
  [null, false, null],
  ['under_review', false, 'under_review'],
  ['under_review', true, 'under_review'],
  ['approved', false, 'approved'],
  ['rejected', false, 'rejected'],
  ['rejected', true, 'promoted'],
  ['applied', true, 'promoted'],
  ['applied', false, null],
  ['rolled_back', false, null],
  ['rolled_back', true, 'promoted'],
  ['withdrawn', false, null],
] as const)(
  'of a sandbox whose newest request is %s, in sync: %s, the state is %s',
  (newest, sync, state) => {
    expect(stateOf(newest, sync)).toBe(state);
  },
);
