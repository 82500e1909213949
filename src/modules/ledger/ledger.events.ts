import { defineEvents } from '../../kernel/event-log/event-types.js';

export const LEDGER_EVENTS = defineEvents({
  'billing.deposited': { text: 'Credit was added to a wallet.', access: false },
  'billing.deducted': { text: 'Credit was deducted.', access: false },
  'billing.frozen': { text: 'Credit was frozen.', access: false },
  'billing.consumed': {
    text: 'Frozen credit was consumed, by a request or because its time was over.',
    access: false,
  },
  'billing.unfrozen': {
    text: 'Frozen credit was released, by a request or because its time was over.',
    access: false,
  },
  'billing.expired': { text: 'What was left of credit came to its end.', access: false },
  'billing.reversed': { text: 'A deposit or deduction was reversed.', access: false },
  'billing.mismatch_found': {
    text: 'The proof of the ledger found accounts that differ from their entries.',
    access: false,
  },
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof LEDGER_EVENTS, true> {}
}
