/** What one customer can have: wallets that end at different times, each spent in a known order. */
export const WALLETS = ['soon', 'later', 'never'] as const;
export type Wallet = (typeof WALLETS)[number];

/** A request, before anything is known of how it ends. */
export type Move =
  | { readonly kind: 'deposit'; readonly customer: number; readonly wallet: Wallet; readonly amount: number }
  | {
      readonly kind: 'deduct';
      readonly customer: number;
      readonly wallets: Wallet[];
      readonly amount: number;
      readonly transaction: number;
    }
  | {
      readonly kind: 'freeze';
      readonly customer: number;
      readonly wallets: Wallet[];
      readonly amount: number;
      readonly transaction: number;
    }
  | { readonly kind: 'consume'; readonly transaction: number; readonly actual: number | null }
  | { readonly kind: 'unfreeze'; readonly transaction: number };

/** How a request ends: an error's code, or what was moved, and whether that had been done before. */
export type Outcome = string | { readonly amount: number; readonly replay: boolean };

interface Cell {
  total: number;
  used: number;
  frozen: number;
}

interface Done {
  readonly key: string;
  readonly amount: number;
}

interface Frozen extends Done {
  readonly customer: number;
  readonly wallets: readonly Wallet[];
  readonly parts: readonly (readonly [Wallet, number])[];
  status: 'FROZEN' | 'CONSUMED' | 'UNFROZEN';
  consumed: number;
}

/** The ledger as simple as can be: numbers in memory, one request after the other. */
export class LedgerModel {
  private readonly customers = new Map<number, Record<Wallet, Cell>>();
  private readonly deductions = new Map<number, Done>();
  private readonly freezes = new Map<number, Frozen>();

  apply(move: Move): Outcome {
    switch (move.kind) {
      case 'deposit':
        this.cells(move.customer, true)![move.wallet].total += move.amount;
        return { amount: move.amount, replay: false };
      case 'deduct':
        return this.deduct(move);
      case 'freeze':
        return this.freeze(move);
      case 'consume':
        return this.consume(move);
      case 'unfreeze':
        return this.unfreeze(move);
    }
  }

  /** What a customer has; null for one who never got anything. */
  balance(customer: number): (Cell & { available: number }) | null {
    const cells = this.cells(customer);
    if (!cells) return null;
    const sum = { total: 0, used: 0, frozen: 0 };
    for (const wallet of WALLETS)
      for (const field of ['total', 'used', 'frozen'] as const) sum[field] += cells[wallet][field];
    return { ...sum, available: sum.total - sum.used - sum.frozen };
  }

  /** All that decides on what comes: equal for ledgers that no request tells apart. */
  state(): unknown {
    return [[...this.customers].sort(), [...this.deductions].sort(), [...this.freezes].sort()];
  }

  private deduct({ customer, wallets, amount, transaction }: Extract<Move, { kind: 'deduct' }>): Outcome {
    const cells = this.cells(customer);
    if (!cells) return 'customer_not_found';
    const key = JSON.stringify([customer, wallets]);
    const first = this.deductions.get(transaction);
    if (first) return replayOf(first, key, amount);
    const parts = this.take(cells, wallets, amount);
    if (!parts) return shortage(wallets);
    for (const [wallet, part] of parts) cells[wallet].used += part;
    this.deductions.set(transaction, { key, amount });
    return { amount, replay: false };
  }

  private freeze({ customer, wallets, amount, transaction }: Extract<Move, { kind: 'freeze' }>): Outcome {
    const cells = this.cells(customer);
    if (!cells) return 'customer_not_found';
    const key = JSON.stringify([customer, wallets]);
    const first = this.freezes.get(transaction);
    if (first) return replayOf(first, key, amount);
    const parts = this.take(cells, wallets, amount);
    if (!parts) return shortage(wallets);
    for (const [wallet, part] of parts) cells[wallet].frozen += part;
    this.freezes.set(transaction, { key, amount, customer, wallets, parts, status: 'FROZEN', consumed: 0 });
    return { amount, replay: false };
  }

  private consume({ transaction, actual }: Extract<Move, { kind: 'consume' }>): Outcome {
    const frozen = this.freezes.get(transaction);
    if (!frozen || frozen.status === 'UNFROZEN') return 'no_consumable_freeze_records';
    const amount = actual ?? frozen.amount;
    if (frozen.status === 'CONSUMED')
      return amount === frozen.consumed ? { amount, replay: true } : 'transaction_conflict';
    const cells = this.cells(frozen.customer)!;
    const overage = Math.max(0, amount - frozen.amount);
    const surplus = overage > 0 ? this.take(cells, frozen.wallets, overage) : [];
    if (!surplus) return shortage(frozen.wallets);
    let left = amount - overage;
    for (const [wallet, part] of frozen.parts) {
      const used = Math.min(left, part);
      cells[wallet].frozen -= part;
      cells[wallet].used += used;
      left -= used;
    }
    for (const [wallet, part] of surplus) cells[wallet].used += part;
    frozen.status = 'CONSUMED';
    frozen.consumed = amount;
    return { amount, replay: false };
  }

  private unfreeze({ transaction }: Extract<Move, { kind: 'unfreeze' }>): Outcome {
    const frozen = this.freezes.get(transaction);
    if (!frozen) return 'no_unfreezable_records';
    if (frozen.status === 'CONSUMED') return 'freeze_records_already_consumed';
    if (frozen.status === 'UNFROZEN') return { amount: frozen.amount, replay: true };
    for (const [wallet, part] of frozen.parts) this.cells(frozen.customer)![wallet].frozen -= part;
    frozen.status = 'UNFROZEN';
    return { amount: frozen.amount, replay: false };
  }

  private take(
    cells: Record<Wallet, Cell>,
    wallets: readonly Wallet[],
    amount: number,
  ): [Wallet, number][] | null {
    const parts: [Wallet, number][] = [];
    let left = amount;
    for (const wallet of WALLETS) {
      if (wallets.length && !wallets.includes(wallet)) continue;
      const { total, used, frozen } = cells[wallet];
      const part = Math.min(left, total - used - frozen);
      if (part > 0) parts.push([wallet, part]);
      left -= Math.max(0, part);
    }
    return left === 0 ? parts : null;
  }

  private cells(customer: number, make = false): Record<Wallet, Cell> | undefined {
    if (make && !this.customers.has(customer)) {
      const cell = () => ({ total: 0, used: 0, frozen: 0 });
      this.customers.set(customer, { soon: cell(), later: cell(), never: cell() });
    }
    return this.customers.get(customer);
  }
}

function replayOf(first: Done, key: string, amount: number): Outcome {
  return first.key === key && first.amount === amount ? { amount, replay: true } : 'transaction_conflict';
}

function shortage(wallets: readonly Wallet[]): string {
  return wallets.length ? 'insufficient_balance_in_selected_credit_types' : 'insufficient_balance';
}
