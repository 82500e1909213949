import type { Figures } from './account.js';
import type { EntrySum, StoredFigures } from './entry-sums.repository.js';

/** A figure of an account that is not what its entries add up to. */
export interface Mismatch {
  readonly account_id: string;
  /** Null for entries of an account that is not there. */
  readonly customer_row_id: string | null;
  readonly field: keyof Figures;
  readonly account: number;
  readonly entries: number;
}

const FIELDS = ['total', 'used', 'frozen', 'expired'] as const;
const NOTHING: Figures = { total: 0, used: 0, frozen: 0, expired: 0 };

/** Everything in which accounts and their entries differ. */
export function mismatchesOf(
  accounts: readonly StoredFigures[],
  sums: ReadonlyMap<string, EntrySum>,
): Mismatch[] {
  const known = new Set(accounts.map(({ id }) => id));
  const orphans = [...sums.keys()]
    .filter(id => !known.has(id))
    .map(id => ({ id, customer_row_id: null, ...NOTHING }));
  return [...accounts, ...orphans].flatMap(account => {
    const sum = sums.get(account.id) ?? NOTHING;
    return FIELDS.filter(field => account[field] !== sum[field]).map(field => ({
      account_id: account.id,
      customer_row_id: account.customer_row_id,
      field,
      account: account[field],
      entries: sum[field],
    }));
  });
}
