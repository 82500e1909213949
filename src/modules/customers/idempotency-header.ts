import { AppError } from '../../kernel/errors/app-error.js';

/**
 * The key in the header `Idempotency-Key`, for routes whose bodies have a place for it, too; null without one.
 * @throws AppError `invalid_idempotency_key`
 */
export function idempotencyKeyFrom(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (!/^[\x20-\x7e]{1,255}$/.test(header))
    throw new AppError('invalid_idempotency_key', { param: 'Idempotency-Key' });
  return header;
}
