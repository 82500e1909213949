/** What a deposit can be refused with. */
export const DEPOSIT_ERRORS = [
  'customer_id_required',
  'amount_must_be_positive',
  'invalid_starts_at',
  'invalid_expires_at',
  'invalid_datetime_range',
  'invalid_idempotency_key',
  'transaction_conflict',
] as const;

/** What taking or freezing credit can be refused with. */
export const SPEND_ERRORS = [
  'amount_must_be_positive',
  'transaction_id_required',
  'invalid_credit_types',
  'customer_not_found',
  'insufficient_balance',
  'insufficient_balance_in_selected_credit_types',
  'transaction_conflict',
] as const;
