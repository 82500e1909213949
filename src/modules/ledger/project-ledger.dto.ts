import { z } from 'zod';
import { coded } from '../../kernel/http/coded.js';
import { anyInstant, id, instant, like, text } from '../../kernel/http/schemas.js';
import { balance, wallets } from '../customers/customer-credit.js';
import { MOST } from './account.js';

export const BalanceQuery = z.strictObject({
  at: anyInstant.optional().describe('Now unless given.'),
});
export type BalanceQuery = z.output<typeof BalanceQuery>;

export const BalanceAt = z
  .object({ customer_id: like('user_42'), at: instant, balance, wallets })
  .meta({ id: 'BalanceAt', 'x-resource': 'customer' });
export type BalanceAt = z.infer<typeof BalanceAt>;

export const LedgerProof = z
  .object({
    valid: z.boolean(),
    accounts: z.number().int(),
    entries: z.number().int(),
    checked_at: instant,
    mismatches: z
      .array(
        z.object({
          account_id: id('acc'),
          customer_id: like('user_42').nullable(),
          field: z.enum(['total', 'used', 'frozen', 'expired']),
          account: z.number().int().describe('What the account says.'),
          entries: z.number().int().describe('What its entries add up to.'),
        }),
      )
      .describe('The first 100.'),
  })
  .meta({ id: 'LedgerProof' });
export type LedgerProof = z.infer<typeof LedgerProof>;

export const ReverseEntry = z
  .strictObject({
    amount: coded(
      z.number().int().min(1).max(MOST).optional().describe("The entry's whole amount unless given."),
      'amount_must_be_positive',
    ),
    reason: text(500),
    confirm: z.boolean().optional(),
  })
  .meta({ id: 'ReverseEntry', examples: [{ reason: 'Charged twice' }] });
export type ReverseEntry = z.output<typeof ReverseEntry>;
