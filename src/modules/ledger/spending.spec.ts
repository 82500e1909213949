import fc from 'fast-check';
import { type Account, availableIn } from './account.js';
import { consume, together } from './consumption.js';
import { changesOf, release, use } from './movements.js';
import { inSpendingOrder, type Selector, spend } from './spending.js';

const NOW = new Date('2026-06-01T00:00:00Z');
const at = (day: number) => new Date(NOW.getTime() + day * 86_400_000);
const ANY: Selector = { by: 'any' };

let made = 0;
const account = (over: Partial<Account> = {}): Account => ({
  ...{ id: `acc_${String(++made).padStart(6, '0')}`, customer_row_id: 'cus', wallet: 'w', source: 's' },
  ...{ starts_at: null, expires_at: null, total: 10, used: 0, frozen: 0, expired: 0, swept: false },
  ...over,
});

describe('the spending order', () => {
  it('is soonest end first, never ending last, then earliest start, then age', () => {
    const old = account();
    const young = account();
    const started = account({ starts_at: at(-5) });
    const soon = account({ expires_at: at(1) });
    const sooner = account({ expires_at: at(1), starts_at: at(-2) });
    const later = account({ expires_at: at(2) });
    const order = inSpendingOrder([young, later, started, sooner, old, soon], NOW);
    expect(order.map(({ id }) => id)).toEqual([soon, sooner, later, old, young, started].map(({ id }) => id));
  });

  it('leaves out what has not started, has ended or was swept', () => {
    const others = [
      account({ starts_at: at(1) }),
      account({ expires_at: at(0) }),
      account({ expires_at: at(9), swept: true }),
    ];
    const begins = account({ starts_at: at(0) });
    expect(inSpendingOrder([...others, begins], NOW)).toEqual([begins]);
  });
});

describe('spending', () => {
  it('takes from the wallets that the selector admits, and says how much they have', () => {
    const a = account({ wallet: 'a', used: 3, frozen: 2, expired: 1 });
    const b = account({ wallet: 'b' });
    const of = (...wallets: string[]): Selector => ({ by: 'credit_types', wallets });
    expect(spend([a, b], 4, of('a'), NOW)).toEqual({ parts: [{ account: a, amount: 4 }] });
    expect(spend([a, b], 5, of('a'), NOW)).toEqual({ available: 4 });
    expect(spend([a, b], 5, of('a', 'b'), NOW)).toEqual({
      parts: [
        { account: a, amount: 4 },
        { account: b, amount: 1 },
      ],
    });
    expect(spend([a, b], 1, of('c'), NOW)).toEqual({ available: 0 });
  });

  it('takes exactly the amount, of no account more than it has, or says what there is', () => {
    const accounts = fc.array(
      fc
        .record({ total: fc.nat(50), days: fc.option(fc.integer({ min: -2, max: 5 })) })
        .map(({ total, days }) => account({ total, expires_at: days === null ? null : at(days) })),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(accounts, fc.integer({ min: 1, max: 120 }), (all, amount) => {
        const active = all.filter(one => one.expires_at === null || one.expires_at > NOW);
        const available = active.reduce((sum, one) => sum + availableIn(one), 0);
        const spending = spend(all, amount, ANY, NOW);
        if (available < amount) return expect(spending).toEqual({ available });
        const { parts } = spending as { parts: { account: Account; amount: number }[] };
        expect(parts.reduce((sum, part) => sum + part.amount, 0)).toBe(amount);
        for (const part of parts) expect(part.amount).toBeLessThanOrEqual(availableIn(part.account));
        expect(new Set(parts.map(part => part.account.id)).size).toBe(parts.length);
      }),
    );
  });
});

describe('consuming', () => {
  const a = account();
  const b = account();
  const frozen = [
    { account: a, amount: 6 },
    { account: b, amount: 4 },
  ];

  it.each([
    [0, [], [6, 4], 0],
    [5, [5], [1, 4], 0],
    [6, [6], [4], 0],
    [8, [6, 2], [2], 0],
    [10, [6, 4], [], 0],
    [13, [6, 4], [], 3],
  ])('%i of 6 and 4', (amount, consumed, returned, overage) => {
    const result = consume(frozen, amount);
    expect(result.consumed.map(part => part.amount)).toEqual(consumed);
    expect(result.returned.map(part => part.amount)).toEqual(returned);
    expect(result.overage).toBe(overage);
  });

  it('moves what it says: frozen becomes used or available, and one account has one entry', () => {
    const { consumed, returned } = consume(frozen, 8);
    const movements = [...use(consumed, [{ account: a, amount: 1 }]), ...release(returned, NOW)];
    expect(movements.map(({ type, amount }) => [type, amount])).toEqual([
      ['CONSUME', 7],
      ['CONSUME', 2],
      ['UNFREEZE', 2],
    ]);
    const changes = changesOf(movements);
    expect(changes.get(a)).toEqual({ total: 0, used: 7, frozen: -6, expired: 0 });
    expect(changes.get(b)).toEqual({ total: 0, used: 2, frozen: -4, expired: 0 });
    expect(together(frozen, frozen).map(part => part.amount)).toEqual([12, 8]);
  });

  it('lets expire at once what returns to an account that has ended', () => {
    const past = account({ expires_at: at(-1) });
    const movements = release([{ account: past, amount: 5 }], NOW, at(-2));
    expect(movements.map(({ type, at: time }) => [type, time])).toEqual([
      ['UNFREEZE', at(-2)],
      ['EXPIRE', at(-1)],
    ]);
    expect(changesOf(movements).get(past)).toEqual({ total: 0, used: 0, frozen: -5, expired: 5 });
  });
});
