import { type Account, type Figures, hasEnded } from './account.js';
import { together } from './consumption.js';
import type { Part } from './spending.js';

export const OPERATION_TYPES = ['GRANT', 'FREEZE', 'CONSUME', 'UNFREEZE', 'EXPIRE', 'REVERSE'] as const;
export type OperationType = (typeof OPERATION_TYPES)[number];

/** One entry's worth: what is done to one account, and how it changes the account's figures. */
export interface Movement extends Part {
  readonly type: OperationType;
  readonly change: Figures;
  /** When it took effect, where that was not now. */
  readonly at?: Date;
}

const NONE: Figures = { total: 0, used: 0, frozen: 0, expired: 0 };

const movement = (type: OperationType, { account, amount }: Part, change: Partial<Figures>): Movement => ({
  type,
  account,
  amount,
  change: { ...NONE, ...change },
});

export const grant = (part: Part) => movement('GRANT', part, { total: part.amount });
export const freeze = (part: Part) => movement('FREEZE', part, { frozen: part.amount });
export const expire = (part: Part) => movement('EXPIRE', part, { expired: part.amount });
export const takeBackGrant = (part: Part) => movement('REVERSE', part, { total: -part.amount });
export const giveBackUse = (part: Part) => movement('REVERSE', part, { used: -part.amount });

/** Uses what was frozen of accounts, and what was available: one entry for each account. */
export function use(frozen: readonly Part[], available: readonly Part[] = []): Movement[] {
  const fromFrozen = new Map(frozen.map(({ account, amount }) => [account.id, amount]));
  return together(frozen, available).map(part =>
    movement('CONSUME', part, { used: part.amount, frozen: 0 - (fromFrozen.get(part.account.id) ?? 0) }),
  );
}

/**
 * Gives back what was frozen of accounts, now or as of an earlier time. What returns to an account that has ended
 * expires at once.
 */
export function release(parts: readonly Part[], now: Date, at?: Date): Movement[] {
  return parts.flatMap(part => {
    const returned = { ...movement('UNFREEZE', part, { frozen: -part.amount }), at };
    return hasEnded(part.account, now)
      ? [returned, { ...expire(part), at: endOf(part.account, at) }]
      : [returned];
  });
}

/** The later of a time and the account's end. */
function endOf({ expires_at }: Account, at: Date | undefined): Date | undefined {
  if (!at) return undefined;
  return expires_at !== null && expires_at > at ? expires_at : at;
}

/** What movements change of each account together. */
export function changesOf(movements: readonly Movement[]): Map<Account, Figures> {
  const changes = new Map<string, { account: Account; sum: Figures }>();
  for (const { account, change } of movements) {
    const sum = changes.get(account.id)?.sum ?? NONE;
    changes.set(account.id, { account, sum: add(sum, change) });
  }
  return new Map([...changes.values()].map(({ account, sum }) => [account, sum]));
}

/** Figures with others added to them. */
export function add(one: Figures, other: Figures): Figures {
  return {
    total: one.total + other.total,
    used: one.used + other.used,
    frozen: one.frozen + other.frozen,
    expired: one.expired + other.expired,
  };
}
