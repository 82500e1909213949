/**
 * Every error code the API can answer, with its HTTP status, type and default message.
 * Codes are part of the wire contract: they are added, never renamed or reused.
 */
const bad = (message: string) => ({ status: 400, type: 'bad_request', message }) as const;
const auth = (message: string) => ({ status: 401, type: 'auth_error', message }) as const;
const denied = (message: string) => ({ status: 403, type: 'permission_denied', message }) as const;
const missing = (message: string) => ({ status: 404, type: 'not_found', message }) as const;
const conflict = (message: string) => ({ status: 409, type: 'conflict', message }) as const;
const limited = (message: string) => ({ status: 429, type: 'rate_limited', message }) as const;
const unavailable = (message: string) => ({ status: 503, type: 'server_error', message }) as const;

export const ERROR_CODES = {
  validation_failed: bad(
    'Some of the input is not valid; details.errors says what is wrong and how to fix it.',
  ),
  invalid_json: bad('The body is not valid JSON.'),
  invalid_encoding: bad(
    'The request contains something that is not valid text: NUL, an unpaired surrogate, or bytes that are not UTF-8.',
  ),
  forbidden_key: bad('The body contains a key that is never accepted: __proto__, constructor or prototype.'),
  body_too_deep: bad('The body is nested more than 20 levels deep.'),
  too_many_keys: bad('The body contains more than 1,000 keys.'),
  invalid_cursor: bad('The cursor does not come from this list.'),
  invalid_idempotency_key: bad('Idempotency-Key must be 1 to 255 printable ASCII characters.'),
  malformed_request: bad('The request could not be read.'),
  file_required: bad('Send the file as the form field `file`.'),
  oidc_sign_in_failed: bad('The sign-in with the identity provider was not completed; start it again.'),
  invalid_token: bad('The token is unknown, already used or expired.'),
  wrong_totp_code: bad('The code is wrong, or was already used.'),
  wrong_current_password: bad('The current password is wrong.'),
  webhook_url_not_allowed: bad('Webhooks must not go to this URL.'),

  customer_id_required: bad('customer_id is required: a string of 1 to 255 characters.'),
  transaction_id_required: bad('transaction_id is required: a string of 1 to 255 characters.'),
  amount_must_be_positive: bad(
    'The amount must be a whole number from 1 to 9,007,199,254,740,991, as must the total with it.',
  ),
  actual_amount_must_be_non_negative: bad(
    'actual_amount must be a whole number from 0 to 9,007,199,254,740,991.',
  ),
  wallet_required: bad('wallet is required: a name of 1 to 100 characters.'),
  resource_id_required: bad('resource_id is required: a string of 1 to 255 characters.'),
  feature_key_required: bad('feature_key is required: a string of 1 to 255 characters.'),
  value_required: bad('value is required: a string that is not empty.'),
  invalid_starts_at: bad('starts_at must be an instant such as 2026-01-31T12:00:00Z, from 1970 on.'),
  invalid_expires_at: bad('expires_at must be an instant such as 2026-01-31T12:00:00Z, from 1970 on.'),
  invalid_datetime_range: bad('expires_at must lie in the future, and after starts_at.'),
  invalid_limit: bad('limit must be a whole number from 1 to 100.'),
  invalid_operation_type: bad(
    'operation_type must be one of GRANT, FREEZE, CONSUME, UNFREEZE, EXPIRE, REVERSE.',
  ),
  invalid_valid_from: bad('valid_from must be an instant such as 2026-01-31T12:00:00Z, from 1970 on.'),
  invalid_valid_until: bad('valid_until must be an instant such as 2026-01-31T12:00:00Z, from 1970 on.'),
  invalid_from_at: bad('from_at must be an instant such as 2026-01-31T12:00:00Z.'),
  invalid_to_at: bad('to_at must be an instant such as 2026-01-31T12:00:00Z.'),
  insufficient_balance: bad('There is not enough credit; details says how much there is.'),
  insufficient_balance_in_selected_credit_types: bad(
    'There is not enough credit in the selected credit types; details says how much there is.',
  ),
  invalid_credit_types: bad('credit_types must be a list of 1 to 50 wallet names, sent without wallet.'),
  no_consumable_freeze_records: bad(
    'There is nothing frozen under this transaction_id that could be consumed.',
  ),
  freeze_records_already_consumed: bad('What was frozen under this transaction_id has been consumed.'),
  no_unfreezable_records: bad('There is nothing frozen under this transaction_id that could be released.'),
  freeze_auto_unfrozen: bad('What was frozen under this transaction_id was released when its time was over.'),
  invalid_auto_settlement: bad('Send unfreeze_after_seconds or consume_after_seconds, not both.'),
  invalid_auto_settlement_ttl: bad(
    'unfreeze_after_seconds must be a whole number from 1 to 2,592,000, consume_after_seconds from 1 to 604,800.',
  ),
  slot_capacity_below_in_use: bad('The pool would have less capacity than is in use.'),
  slot_insufficient_capacity: bad('No pool of this wallet has that many slots free.'),
  slot_split_required: bad(
    'No single pool has that many slots free, only several together: claim smaller amounts.',
  ),
  entitlement_validation_error: bad(
    'value must be a string, metadata an object, and valid_until must lie after valid_from.',
  ),

  missing_api_key: auth(
    'No credentials: send Authorization: Basic with api-key:<secret>, Bearer with a key or session token, or X-API-Key with a key.',
  ),
  invalid_api_key: auth('The API key is unknown, or its project is deleted.'),
  api_key_revoked: auth('The API key has been revoked.'),
  api_key_expired: auth('The API key has expired.'),
  invalid_session: auth('The session is unknown, ended or expired.'),
  totp_required: auth(
    'Sign-in takes a code: send it with details.ticket to POST /v1/sessions/totp within five minutes.',
  ),
  invalid_ticket: auth('The ticket is unknown, expired or used up; sign in again.'),
  invalid_credentials: auth('The e-mail address or the password is wrong.'),

  permission_denied: denied('You do not have the permission that this requires.'),
  session_required: denied('This requires a user session, not an API key.'),
  api_key_required: denied('This requires an API key, not a user session.'),
  api_key_suspended: denied('The API key, or the member it belongs to, is suspended.'),
  project_suspended: denied('The project is suspended.'),
  suspended_by_platform: denied(
    'A platform admin suspended this; only a platform admin can activate it again.',
  ),
  ip_not_allowed: denied('The API key may not be used from this address.'),
  domain_not_allowed: denied('The API key may not be used from this origin.'),
  account_not_activated: denied('The account is not activated yet: open the link in the activation e-mail.'),
  account_suspended: denied('The account is suspended.'),
  password_change_required: denied('Change the password first: POST /v1/me/password.'),
  registration_closed: denied(
    'Registration is not open to this address; somebody who is in already can invite you, or an admin create the account.',
  ),
  email_not_verified: denied('The identity provider does not say that your e-mail address is verified.'),
  password_login_off: denied(
    'Sign in with the identity provider at /auth/oidc/start; passwords are switched off.',
  ),
  totp_setup_required: denied('Set up two-factor sign-in first: POST /v1/me/totp.'),
  permission_escalation: denied('This would grant more than you have yourself.'),
  signed_url_expired: denied('The signed URL has expired; ask for a new one.'),
  attribute_hidden: denied('You cannot filter or sort by an attribute that is hidden from you.'),
  system_role: denied('System roles cannot be changed.'),

  not_found: missing('There is nothing with this id, or you may not see it.'),
  customer_not_found: missing('There is no customer with this id.'),
  entitlement_customer_not_found: missing('There is no customer with this id.'),
  slot_pool_not_found: missing('The customer has no such pool of slots.'),
  slot_holding_not_found: missing('The customer holds no slot for this resource.'),
  route_not_found: missing('There is no such route; /docs lists them all.'),

  member_already_active: conflict('This person is already an active member.'),
  invitation_pending: conflict('This person has already been invited; resend the invitation instead.'),
  invitee_suspended: conflict(
    "Somebody who is suspended cannot join: a platform admin can activate an account, an organization's admins its members.",
  ),
  owner_protected: conflict(
    'The owner cannot be removed, suspended or demoted; transfer the ownership first.',
  ),
  owner_missing: conflict(
    'The project has no owner any more; name an active account as owner_id, which then becomes its owner.',
  ),
  organization_not_empty: conflict('The organization still has projects; delete or move them first.'),
  last_admin: conflict('At least one active platform admin must remain.'),
  media_quota_exceeded: conflict('The project has no room for this file; details say how much it has.'),
  media_exists: conflict('The project already has a file with these bytes; details.id is that one.'),
  role_name_taken: conflict('This project already has a role with this name.'),
  visibility_rule_exists: conflict('There is already a rule for this attribute; change that one.'),
  email_taken: conflict('An account with this e-mail address already exists.'),
  promotion_not_approved: conflict(
    'Production projects come from an approved promotion; create a sandbox project, or ask an admin.',
  ),
  promotion_pending: conflict('The project has a promotion request that is under review or approved.'),
  handoff_incomplete: conflict(
    'Not every handoff check passes; details.unmet lists those that do not, and GET /v1/projects/{id}/handoff says what to do.',
  ),
  plan_outdated: conflict(
    'A configuration has changed since the plan was made; details.changes says how. Withdraw the request and make a new one.',
  ),
  sandbox_only: conflict('Only sandbox projects have this.'),
  no_pair: conflict('The project has no pair; name another project as `against`.'),
  project_limit_reached: conflict('The owner has reached the limit of projects.'),
  limit_reached: conflict('The project has as many of these as it may have; details.limit says how many.'),
  report_not_ready: conflict('The report has no file yet, or was not written: its `status` says which.'),
  invalid_transition: conflict('The current status does not allow this.'),
  transaction_conflict: conflict(
    'This transaction_id or idempotency_key was already used for something else: another customer, amount or wallet.',
  ),
  customer_exists: conflict('The project already has a customer with this id.'),
  already_reversed: conflict('The entry has been reversed already.'),
  grace_running: conflict(
    'An older secret of the key is still in its grace period, which this would end; repeat it with "confirm": true.',
  ),
  idempotency_in_flight: conflict('A request with this Idempotency-Key is still running.'),

  report_expired: {
    status: 410,
    type: 'not_found',
    message: 'The file of this report is kept no longer; request the report again.',
  },
  confirmation_required: {
    status: 428,
    type: 'precondition_required',
    message: 'Read what the request would do, then repeat it with "confirm".',
  },
  idempotency_mismatch: {
    status: 422,
    type: 'unprocessable',
    message: 'This Idempotency-Key was already used with a different body.',
  },
  body_too_large: { status: 413, type: 'bad_request', message: 'The body is larger than 100 kB.' },
  unsupported_media_type: { status: 415, type: 'bad_request', message: 'Send application/json.' },
  range_not_satisfiable: {
    status: 416,
    type: 'bad_request',
    message: 'The file has no such range of bytes.',
  },
  file_too_large: { status: 413, type: 'bad_request', message: 'The file is larger than details.max_bytes.' },
  multipart_required: { status: 415, type: 'bad_request', message: 'Send multipart/form-data with a file.' },
  request_timeout: { status: 408, type: 'bad_request', message: 'The request did not arrive in time.' },
  headers_too_large: { status: 431, type: 'bad_request', message: 'The headers are larger than 16 kB.' },
  method_not_allowed: {
    status: 405,
    type: 'bad_request',
    message: 'The route exists, but not with this method.',
  },

  usage_limit_exceeded: limited('The quota of the organization is used up; details.policy says which.'),
  too_many_attempts: limited('Too many failed attempts; wait before trying again.'),
  too_many_mails: limited('Too many e-mails within an hour; wait before causing another one.'),

  internal_error: {
    status: 500,
    type: 'server_error',
    message: 'Something went wrong on the server; the request id leads to the cause in its log.',
  },
  database_busy: unavailable('The database is busy; try again.'),
  database_unavailable: unavailable('The database cannot be reached; try again.'),
  server_busy: unavailable('The server has too much of this to do at the moment; try again.'),
  storage_full: {
    status: 507,
    type: 'server_error',
    message: 'The storage of the server is full; nothing of the file was kept.',
  },
  storage_unavailable: unavailable('The storage for files cannot be reached; try again.'),
  provider_unavailable: {
    status: 503,
    type: 'upstream_error',
    message: 'The identity provider cannot be reached; try again.',
  },
  shutting_down: unavailable('The server is shutting down; try again.'),
} as const satisfies Record<string, ErrorCodeEntry>;

/** What the list says of one code. */
export interface ErrorCodeEntry {
  readonly status: number;
  readonly type: ErrorType;
  readonly message: string;
}

export type ErrorType =
  | 'bad_request'
  | 'auth_error'
  | 'permission_denied'
  | 'not_found'
  | 'conflict'
  | 'precondition_required'
  | 'unprocessable'
  | 'rate_limited'
  | 'server_error'
  | 'upstream_error';

export type ErrorCode = keyof typeof ERROR_CODES;
