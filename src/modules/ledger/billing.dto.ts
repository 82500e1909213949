import { z } from 'zod';
import { coded } from '../../kernel/http/coded.js';
import { anyInstant, id, instant, like, longText } from '../../kernel/http/schemas.js';
import { customerFields } from '../customers/customer.dto.js';
import { customerId, externalId } from '../customers/customer-id.js';
import { MOST } from './account.js';
import type { Part } from './spending.js';

export const businessType = z.enum([
  'UNDEFINED',
  'TASK',
  'ORDER',
  'MEMBERSHIP',
  'SUBSCRIPTION',
  'FREE_TRIAL',
  'ADMIN_GRANT',
  'TOKEN_USAGE',
]);
export type BusinessType = z.infer<typeof businessType>;

const units = z.number().int().min(0);
const name = (example: string) =>
  z
    .string()
    .min(1)
    .max(100)
    .meta({ examples: [example] });
/** A credit amount: whole units from 1 to 2^53 − 1. */
export const amount = coded(
  z
    .number()
    .int()
    .min(1)
    .max(MOST)
    .meta({ examples: [100] }),
  'amount_must_be_positive',
);
export const transactionId = coded(externalId('order-1001'), 'transaction_id_required');
export const description = longText(1_000).nullish();
/** From 1970 on: what came before, no client means, and some databases cannot tell. */
export const billingInstant = anyInstant.refine(value => value >= '1970').nullish();
const replay = z.boolean().describe('Whether this was done before, and nothing was done now.');

const DetailRow = z.object({
  account_id: id('acc'),
  wallet: like('default'),
  source: like('default'),
  credit_type: like('default').describe('The wallet.'),
  amount: units,
});
export type DetailRow = z.infer<typeof DetailRow>;
const details = z.array(DetailRow).describe('What of each account.');

const depositFields = {
  amount,
  wallet: name('default').nullish().describe('`default` unless given.'),
  credit_type: name('default').nullish().describe('Older name of `wallet`.'),
  source: name('purchase').nullish().describe('Where the credit comes from; `default` unless given.'),
  starts_at: coded(billingInstant.describe('From when on it can be spent.'), 'invalid_starts_at'),
  expires_at: coded(billingInstant.describe('Until when it can be spent.'), 'invalid_expires_at'),
  idempotency_key: externalId('invoice-7').nullish().describe('Also as the header `Idempotency-Key`.'),
  ...customerFields,
  description,
};
const depositExample = { amount: 1_000, source: 'purchase', idempotency_key: 'invoice-7' };

/** For the billing routes, which ignore fields that they do not know. */
export const Deposit = z
  .object({ customer_id: customerId, ...depositFields })
  .meta({ id: 'DepositRequest', examples: [{ customer_id: 'user_42', ...depositExample }] });
export type Deposit = z.output<typeof Deposit>;

export const CustomerDeposit = z
  .strictObject(depositFields)
  .meta({ id: 'CustomerDepositRequest', examples: [depositExample] });
export type CustomerDeposit = z.output<typeof CustomerDeposit>;

export const DepositAnswer = z
  .object({
    customer_id: like('user_42'),
    account_id: id('acc'),
    wallet: like('default'),
    source: like('purchase'),
    credit_type: like('default').describe('The wallet.'),
    total_amount: units.describe("The wallet's total afterwards, without credit not yet started."),
    added_amount: units,
    starts_at: instant.nullable(),
    expires_at: instant.nullable(),
    record_id: id('led').describe('The ledger entry.'),
    is_idempotent_replay: replay,
  })
  .meta({ id: 'Deposit' });
export type DepositAnswer = z.infer<typeof DepositAnswer>;

const spendFields = {
  amount,
  transaction_id: transactionId,
  wallet: name('default').nullish().describe('Draw upon this wallet only.'),
  credit_types: coded(
    z
      .array(name('default'))
      .min(1)
      .max(50)
      .nullish()
      .describe('Draw upon these wallets only; not with `wallet`.'),
    'invalid_credit_types',
  ),
  business_type: businessType.nullish(),
  description,
};
const spendExample = { amount: 5, transaction_id: 'order-1001', business_type: 'TOKEN_USAGE' };

export const Deduct = z
  .object({ customer_id: customerId, ...spendFields })
  .meta({ id: 'DeductRequest', examples: [{ customer_id: 'user_42', ...spendExample }] });
export type Deduct = z.output<typeof Deduct>;

export const CustomerDeduct = z
  .strictObject(spendFields)
  .meta({ id: 'CustomerDeductRequest', examples: [spendExample] });
export type CustomerDeduct = z.output<typeof CustomerDeduct>;

export const DeductAnswer = z
  .object({
    transaction_id: like('order-1001'),
    deducted_amount: units,
    deduct_details: details,
    deducted_at: instant,
    is_idempotent_replay: replay,
  })
  .meta({ id: 'Deduction' });
export type DeductAnswer = z.infer<typeof DeductAnswer>;

const seconds = (most: number, what: string) =>
  coded(z.number().int().min(1).max(most).nullish().describe(what), 'invalid_auto_settlement_ttl');

export const Freeze = z
  .object({
    customer_id: customerId,
    ...spendFields,
    unfreeze_after_seconds: seconds(2_592_000, 'Release what is frozen after so long.'),
    consume_after_seconds: seconds(604_800, 'Consume what is frozen after so long.'),
  })
  .meta({
    id: 'FreezeRequest',
    examples: [{ customer_id: 'user_42', ...spendExample, unfreeze_after_seconds: 3_600 }],
  });
export type Freeze = z.output<typeof Freeze>;

export const FreezeAnswer = z
  .object({
    transaction_id: like('order-1001'),
    frozen_amount: units,
    freeze_details: details,
    unfreeze_after: instant.nullable(),
    consume_after: instant.nullable(),
    is_idempotent_replay: replay,
  })
  .meta({ id: 'Freeze' });
export type FreezeAnswer = z.infer<typeof FreezeAnswer>;

export const Consume = z
  .object({
    transaction_id: transactionId,
    actual_amount: coded(
      z.number().int().min(0).max(MOST).nullish().describe('All that is frozen unless given; may be more.'),
      'actual_amount_must_be_non_negative',
    ),
  })
  .meta({ id: 'ConsumeRequest', examples: [{ transaction_id: 'order-1001', actual_amount: 4 }] });
export type Consume = z.output<typeof Consume>;

export const ConsumeAnswer = z
  .object({
    transaction_id: like('order-1001'),
    consumed_amount: units,
    returned_amount: units.optional().describe('What was frozen and not used; absent when nothing was left.'),
    overage_amount: units
      .optional()
      .describe('What was used beyond what was frozen; absent when nothing was.'),
    consume_details: details,
    consumed_at: instant,
    is_idempotent_replay: replay,
  })
  .meta({ id: 'Consumption' });
export type ConsumeAnswer = z.infer<typeof ConsumeAnswer>;

export const Unfreeze = z
  .object({ transaction_id: transactionId })
  .meta({ id: 'UnfreezeRequest', examples: [{ transaction_id: 'order-1001' }] });
export type Unfreeze = z.output<typeof Unfreeze>;

export const UnfreezeAnswer = z
  .object({
    transaction_id: like('order-1001'),
    unfrozen_amount: units,
    unfreeze_details: details,
    unfrozen_at: instant,
    is_idempotent_replay: replay,
  })
  .meta({ id: 'Unfreeze' });
export type UnfreezeAnswer = z.infer<typeof UnfreezeAnswer>;

export function toDetails(parts: readonly Part[]): DetailRow[] {
  return parts.map(({ account: { id: account_id, wallet, source }, amount: part }) => ({
    account_id,
    wallet,
    source,
    credit_type: wallet,
    amount: part,
  }));
}
