import { ERROR_CODES, type ErrorCode, type ErrorCodeEntry } from './error-codes.js';

/** What may go with an error beside its code. */
export interface AppErrorExtras {
  /** The input field the error is about, as on the wire. */
  param?: string;
  details?: Record<string, unknown>;
  /** Replaces the code's default message. Never holds a secret. */
  message?: string;
  /** Seconds until a retry makes sense; sent as `Retry-After`. */
  retryAfter?: number;
  /** The methods that the route takes; sent as `Allow`. */
  allow?: readonly string[];
  /** True where the code is answered with 403 instead: the route takes no credentials that a 401 could ask for. */
  forbidden?: boolean;
  /** What went wrong underneath; logged, never sent. */
  cause?: unknown;
}

/** One thing wrong with the input, as on the wire: `param` and `message` make a sentence. */
export interface FieldError {
  param: string;
  message: string;
  fix: string;
}

/** Unknown fields have the names that the client gave them; only what looks like a name is repeated in a message. */
const NAME = /^[\w.-]{1,100}$/;

/** The one error the application throws on purpose; status and type follow from the code. */
export class AppError extends Error {
  readonly param?: string;
  readonly details?: Record<string, unknown>;
  readonly retryAfter?: number;
  readonly allow?: readonly string[];
  private readonly forbidden: boolean;
  /**
   * True for a refusal that is itself the outcome (a failed sign-in): the unit of work commits
   * what was written before it, and then throws it on.
   */
  recorded = false;

  constructor(
    readonly code: ErrorCode,
    extras: AppErrorExtras = {},
  ) {
    super(extras.message ?? ERROR_CODES[code].message, { cause: extras.cause });
    this.name = 'AppError';
    this.param = extras.param;
    this.details = extras.details;
    this.retryAfter = extras.retryAfter;
    this.allow = extras.allow;
    this.forbidden = extras.forbidden ?? false;
  }

  get entry(): ErrorCodeEntry {
    const entry = ERROR_CODES[this.code];
    return this.forbidden ? { ...entry, status: 403, type: 'permission_denied' } : entry;
  }

  /** Whether the same request may succeed later without being changed. */
  get retryable(): boolean {
    return this.entry.status === 429 || this.entry.status >= 500 || this.code === 'idempotency_in_flight';
  }

  /** Marks this refusal as one whose records stay; see {@link recorded}. */
  keepRecords(): this {
    this.recorded = true;
    return this;
  }
}

/** A validation error about one field that no schema can check (it needs the database, say). */
export function invalidField(param: string, message: string, fix: string): AppError {
  return invalidFields([{ param, message, fix }]);
}

/** The validation error about these fields; its message names the first of them. */
export function invalidFields(errors: readonly FieldError[]): AppError {
  const [first, ...others] = errors;
  if (!first) return new AppError('validation_failed');
  const more = others.length ? ` (and ${others.length} more in details.errors)` : '';
  const message = `${NAME.test(first.param) ? first.param : 'A field'} ${first.message}${more}.`;
  return new AppError('validation_failed', { message, param: first.param, details: { errors } });
}
