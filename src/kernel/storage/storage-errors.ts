import { AppError } from '../errors/app-error.js';

const RETRY_AFTER_S = 5;
/** How file systems say that there is no room: the disk, the quota, the largest file. */
const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const INSUFFICIENT_STORAGE = 507;

/** An error of the disk as the application's. */
export function diskTrouble(error: unknown): AppError {
  const full = FULL.has((error as NodeJS.ErrnoException).code ?? '');
  return full ? new AppError('storage_full', { cause: error }) : unavailable(error);
}

/** An error of an S3-compatible store as the application's: refused, broken or out of reach. */
export function s3Trouble(error: unknown): AppError {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const full = $metadata?.httpStatusCode === INSUFFICIENT_STORAGE;
  return full ? new AppError('storage_full', { cause: error }) : unavailable(error);
}

/** Whether a store says that there is no such blob. */
export function isMissing(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return code === 'ENOENT' || name === 'NoSuchKey' || name === 'NotFound' || name === 'NoSuchUpload';
}

function unavailable(cause: unknown): AppError {
  return new AppError('storage_unavailable', { retryAfter: RETRY_AFTER_S, cause });
}
