import { toWire } from '../../kernel/http/schemas.js';
import type { CustomerCredit } from '../customers/customer-credit.js';
import { type Account, type Figures, isActive } from './account.js';
import type { FreezeRow } from './freeze.js';
import { add, changesOf, release, use } from './movements.js';
import { inSpendingOrder } from './spending.js';

type Balance = CustomerCredit['balance'];

const NOTHING: Balance = { total: 0, used: 0, frozen: 0, available: 0 };

/** Accounts as they are once overdue freezes are settled. */
export function settled(accounts: readonly Account[], overdue: readonly FreezeRow[], now: Date): Account[] {
  if (overdue.length === 0) return [...accounts];
  const byId = new Map(accounts.map(account => [account.id, account]));
  const movements = overdue.flatMap(({ parts, due_action }) => {
    const known = parts.flatMap(({ account_id, amount }) => {
      const account = byId.get(account_id);
      return account ? [{ account, amount }] : [];
    });
    return due_action === 'CONSUME' ? use(known) : release(known, now);
  });
  const changes = changesOf(movements);
  return accounts.map(account => ({ ...account, ...add(account, changes.get(account) ?? NO_CHANGE) }));
}

const NO_CHANGE: Figures = { total: 0, used: 0, frozen: 0, expired: 0 };

/** What some accounts of a customer amount to at a time, as on the wire. */
export function creditOf(accounts: readonly Account[], at: Date): CustomerCredit {
  const names = [...new Set(accounts.map(({ wallet }) => wallet))];
  return {
    balance: sumOf(accounts, at),
    accounts: accounts.map(account => ({
      account_type: 'CREDIT',
      credit_type: account.wallet,
      ...figuresOf(account),
      ...windowOf(account),
    })),
    // Not by assignment: a wallet may be called `__proto__`.
    wallets: Object.fromEntries(
      names.map(name => {
        const own = accounts.filter(({ wallet }) => wallet === name);
        const sources = inSpendingOrder(own, at).map(account => ({
          source: account.source,
          ...figuresOf(account),
          ...windowOf(account),
        }));
        return [name, { ...sumOf(own, at), sources }];
      }),
    ),
  };
}

function sumOf(accounts: readonly Account[], at: Date): Balance {
  return accounts
    .filter(account => isActive(account, at))
    .map(figuresOf)
    .reduce(
      (sum, one) => ({
        total: sum.total + one.total,
        used: sum.used + one.used,
        frozen: sum.frozen + one.frozen,
        available: sum.available + one.available,
      }),
      NOTHING,
    );
}

/** What has expired is still shown as what it was: the end that stands beside it says that nobody can spend it. */
function figuresOf({ total, used, frozen }: Account): Balance {
  return { total, used, frozen, available: total - used - frozen };
}

function windowOf({ starts_at, expires_at }: Account) {
  return { starts_at: toWire(starts_at), expires_at: toWire(expires_at) };
}
