import { z } from 'zod';
import { instant, like } from '../../kernel/http/schemas.js';

const credits = z.number().int().min(0);
const figures = { total: credits, used: credits, frozen: credits, available: credits };
const window = {
  starts_at: instant.nullable().describe('From when on it can be spent; null: from the beginning.'),
  expires_at: instant.nullable().describe('Until when it can be spent; null: for ever.'),
};

/** Credit in whole units, of which `total` − `used` − `frozen` = `available`. */
export const balance = z
  .object(figures)
  .describe('Over all wallets. Credit not yet started or expired counts nowhere but in `accounts`.');

export const accounts = z.array(
  z.object({
    account_type: z.literal('CREDIT'),
    credit_type: like('default').describe('The wallet.'),
    ...figures,
    ...window,
  }),
);

/** By the names of the wallets. */
export const wallets = z.record(
  z.string(),
  z.object({
    ...figures,
    sources: z
      .array(z.object({ source: like('default'), ...figures, ...window }))
      .describe('What can be spent, in the order in which it will be.'),
  }),
);

/** What a customer has, as on the wire. */
export interface CustomerCredit {
  readonly balance: z.infer<typeof balance>;
  readonly accounts: z.infer<typeof accounts>;
  readonly wallets: z.infer<typeof wallets>;
}
