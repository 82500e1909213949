import { QueryFailedError } from 'typeorm';
import { AppError } from '../errors/app-error.js';

const UNIQUE = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'ER_DUP_ENTRY']);
const MISSING = new Set(['SQLITE_CONSTRAINT_FOREIGNKEY', 'ER_NO_REFERENCED_ROW', 'ER_NO_REFERENCED_ROW_2']);
const CONTENTION = new Set([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'SQLITE_FULL',
  'SQLITE_IOERR',
]);

/** The driver's error code (never the text), or undefined when it is no database error. */
function driverCode(error: unknown): string | undefined {
  const source = error instanceof QueryFailedError ? error.driverError : error;
  const code = (source as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether a write failed because a unique key or primary key was taken. */
export function isUniqueViolation(error: unknown): boolean {
  const code = driverCode(error);
  return code !== undefined && UNIQUE.has(code);
}

/** Whether a write failed because what it refers to is not there (any more). */
export function isMissingReference(error: unknown): boolean {
  const code = driverCode(error);
  return code !== undefined && MISSING.has(code);
}

/** Whether the same unit of work may succeed when run again: deadlock or lock timeout. */
export function isContention(error: unknown): boolean {
  const code = driverCode(error);
  return code !== undefined && CONTENTION.has(code);
}

/** The application's view of a database that is busy or away; undefined for any other error. */
export function databaseTrouble(error: unknown): AppError | undefined {
  const code = driverCode(error);
  if (code === undefined) return undefined;
  if (CONTENTION.has(code)) return new AppError('database_busy', { retryAfter: 1, cause: error });
  if (UNAVAILABLE.has(code)) return new AppError('database_unavailable', { retryAfter: 5, cause: error });
  return undefined;
}

/**
 * Runs an insert and answers a taken unique key with the caller's own error.
 * @throws what `taken` makes when the key exists; any other error as it came.
 */
export async function orIfTaken<T>(insert: Promise<T>, taken: () => Error): Promise<T> {
  try {
    return await insert;
  } catch (error) {
    throw isUniqueViolation(error) ? taken() : error;
  }
}

/**
 * Runs a write and answers a reference to what has just been deleted with the caller's own error.
 * @throws what `gone` makes when a foreign key finds nothing; any other error as it came.
 */
export async function orIfGone<T>(write: Promise<T>, gone: () => Error): Promise<T> {
  try {
    return await write;
  } catch (error) {
    throw isMissingReference(error) ? gone() : error;
  }
}
