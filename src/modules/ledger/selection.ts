import { AppError } from '../../kernel/errors/app-error.js';
import type { Selector } from './spending.js';

interface Selection {
  readonly wallet?: string | null;
  readonly credit_types?: readonly string[] | null;
}

/** The wallets that a request may draw upon. @throws AppError `invalid_credit_types` when it names them twice */
export function selectorOf({ wallet, credit_types: types }: Selection): Selector {
  if (types) {
    if (wallet) throw new AppError('invalid_credit_types', { param: 'credit_types' });
    return { by: 'credit_types', wallets: [...new Set(types)].sort() };
  }
  return wallet ? { by: 'wallet', wallets: [wallet] } : { by: 'any' };
}

/** The error for what cannot be paid. */
export function shortage(selector: Selector, requested: number, available: number): AppError {
  const code =
    selector.by === 'credit_types' ? 'insufficient_balance_in_selected_credit_types' : 'insufficient_balance';
  const details = {
    wallet: selector.by === 'wallet' ? selector.wallets[0]! : null,
    ...(selector.by === 'credit_types' ? { credit_types: selector.wallets } : {}),
    requested,
    available,
  };
  return new AppError(code, { details });
}
