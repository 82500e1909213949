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
  invalid_token: bad('The token is unknown, already used or expired.'),
  wrong_current_password: bad('The current password is wrong.'),

  missing_api_key: auth(
    'No credentials: send Authorization: Basic with api-key:<secret>, or Bearer with a key or session token.',
  ),
  invalid_api_key: auth('The API key is malformed or unknown.'),
  api_key_revoked: auth('The API key has been revoked.'),
  api_key_expired: auth('The API key has expired.'),
  invalid_session: auth('The session is unknown, ended or expired.'),
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
  permission_escalation: denied('This would grant more than you have yourself.'),
  signed_url_expired: denied('The signed URL has expired; ask for a new one.'),
  attribute_hidden: denied('You cannot filter or sort by an attribute that is hidden from you.'),
  system_role: denied('System roles cannot be changed.'),

  not_found: missing('There is nothing with this id, or you may not see it.'),
  route_not_found: missing('There is no such route; /docs lists them all.'),

  member_already_active: conflict('This person is already an active member.'),
  invitation_pending: conflict('This person has already been invited; resend the invitation instead.'),
  invitee_suspended: conflict(
    'The account with this e-mail address is suspended and could not accept; a platform admin can activate it.',
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
  project_limit_reached: conflict('The owner has reached the limit of projects.'),
  limit_reached: conflict('The project has as many of these as it may have; details.limit says how many.'),
  report_not_ready: conflict('The report has no file yet, or was not written: its `status` says which.'),
  invalid_transition: conflict('The current status does not allow this.'),
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
