import { QueryFailedError } from 'typeorm';
import { AppError } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { StaleRead } from './stale-read.js';

const UNIQUE = new Set<unknown>(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'ER_DUP_ENTRY']);
const MISSING = new Set<unknown>([
  'SQLITE_CONSTRAINT_FOREIGNKEY',
  'ER_NO_REFERENCED_ROW',
  'ER_NO_REFERENCED_ROW_2',
]);
const CONTENTION = new Set<unknown>([
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
  'SQLITE_BUSY',
  'SQLITE_BUSY_SNAPSHOT',
]);
/** Of any connection, and so of the database's only where it comes from a query. */
const CONNECTION = new Set<unknown>(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND']);
const UNAVAILABLE = new Set<unknown>([
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'SQLITE_FULL',
  'SQLITE_IOERR',
]);
const TROUBLES = new Set<ErrorCode>(['database_busy', 'database_unavailable']);

/** What a driver says of a failure beside its text: a code, and whether the connection ended with it. */
interface DriverError {
  code?: unknown;
  fatal?: unknown;
}

function driverError(error: unknown): DriverError {
  return ((error instanceof QueryFailedError ? error.driverError : error) ?? {}) as DriverError;
}

/** What an operator can mend before the server starts, by the driver's code. */
const MISTAKES: Readonly<Record<string, string>> = {
  ER_ACCESS_DENIED_ERROR: 'the server refuses the user name or the password',
  ER_DBACCESS_DENIED_ERROR: 'the user may not use this database',
  ER_BAD_DB_ERROR: 'the server has no database of this name',
  ENOTFOUND: 'there is no host of this name',
  SQLITE_NOTADB: 'the file is not an SQLite database',
  SQLITE_CANTOPEN: 'the file cannot be opened',
  SQLITE_READONLY: 'the file cannot be written',
};

/** Why a database cannot be opened, when its configuration is wrong: trying again would not help. Null for other errors. */
export function databaseMistake(error: unknown): string | null {
  const { code } = driverError(error);
  return typeof code === 'string' ? (MISTAKES[code] ?? null) : null;
}

/** Whether a write failed because a unique key or primary key was taken. */
export function isUniqueViolation(error: unknown): boolean {
  return UNIQUE.has(driverError(error).code);
}

/** Whether a write failed because what it refers to is not there (any more). */
export function isMissingReference(error: unknown): boolean {
  return MISSING.has(driverError(error).code);
}

/**
 * Whether the same unit of work may succeed when run again at once: deadlock, lock timeout, stale read. Not when it
 * waited for SQLite's writer in vain: that queue is fair, and may be waiting for the unit itself.
 */
export function isContention(error: unknown): boolean {
  return error instanceof StaleRead || CONTENTION.has(driverError(error).code);
}

/** The application's view of a database that is busy or away, for now; undefined for any other error. */
export function databaseTrouble(error: unknown): AppError | undefined {
  if (error instanceof AppError) return TROUBLES.has(error.code) ? error : undefined;
  if (isContention(error)) return new AppError('database_busy', { retryAfter: 1, cause: error });
  const { code, fatal } = driverError(error);
  const lost = error instanceof QueryFailedError && CONNECTION.has(code);
  // Of a statement on a connection that cannot be made or has ended, mysql2 says no more than that it is fatal.
  const away = UNAVAILABLE.has(code) || lost || fatal === true;
  return away ? new AppError('database_unavailable', { retryAfter: 5, cause: error }) : undefined;
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
