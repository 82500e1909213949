import { defineEvents, type ShownBy } from '../../kernel/event-log/event-types.js';

const amount = ['ledger_entry.amount'];
const wallet = ['ledger_entry.wallet', 'ledger_entry.credit_type'];
const source = ['ledger_entry.source'];
/** The target is the customer, what changed are entries of the ledger; `details` has a row for each. */
const entries = {
  amount,
  wallet,
  source,
  operation_type: ['ledger_entry.operation_type'],
  business_type: ['ledger_entry.business_type'],
  description: ['ledger_entry.description'],
  details: [...amount, ...wallet, ...source],
};

/** What the fields tell as well: in the answer to the request they are called like this. */
function answered(as: Record<string, string>): ShownBy {
  const known: ShownBy = entries;
  const both = Object.entries(as).map(([field, also]) => [field, [...(known[field] ?? []), also]]);
  return { ...entries, ...Object.fromEntries(both) };
}

export const LEDGER_EVENTS = defineEvents({
  'billing.deposited': {
    text: 'Credit was added to a wallet.',
    access: false,
    shows: answered({
      amount: 'deposit.added_amount',
      wallet: 'deposit.wallet',
      source: 'deposit.source',
      starts_at: 'deposit.starts_at',
      expires_at: 'deposit.expires_at',
    }),
  },
  'billing.deducted': {
    text: 'Credit was deducted.',
    access: false,
    shows: answered({ amount: 'deduction.deducted_amount', details: 'deduction.deduct_details' }),
  },
  'billing.frozen': {
    text: 'Credit was frozen.',
    access: false,
    shows: answered({
      amount: 'freeze.frozen_amount',
      details: 'freeze.freeze_details',
      unfreeze_after: 'freeze.unfreeze_after',
      consume_after: 'freeze.consume_after',
    }),
  },
  'billing.consumed': {
    text: 'Frozen credit was consumed, by a request or because its time was over.',
    access: false,
    shows: {
      ...answered({ amount: 'consumption.consumed_amount', details: 'consumption.consume_details' }),
      frozen_amount: [...amount, 'freeze.frozen_amount'],
      consumed_amount: [...amount, 'consumption.consumed_amount'],
      returned_amount: [...amount, 'consumption.returned_amount'],
      overage_amount: [...amount, 'consumption.overage_amount'],
      due_at: ['freeze.consume_after'],
    },
  },
  'billing.unfrozen': {
    text: 'Frozen credit was released, by a request or because its time was over.',
    access: false,
    shows: answered({
      amount: 'unfreeze.unfrozen_amount',
      details: 'unfreeze.unfreeze_details',
      due_at: 'freeze.unfreeze_after',
    }),
  },
  'billing.expired': {
    text: 'What was left of credit came to its end.',
    access: false,
    shows: answered({ expires_at: 'deposit.expires_at' }),
  },
  'billing.reversed': { text: 'A deposit or deduction was reversed.', access: false, shows: entries },
  'billing.mismatch_found': {
    text: 'The proof of the ledger found accounts that differ from their entries.',
    access: false,
    shows: {
      accounts: ['ledger_proof.accounts'],
      entries: ['ledger_proof.entries'],
      mismatches: ['ledger_proof.mismatches'],
    },
  },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof LEDGER_EVENTS, true> {}
}
