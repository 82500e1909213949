import { z } from 'zod';
import { COUNTED } from '../database/counted.js';
import { AppError } from '../errors/app-error.js';
import { fold } from '../text/search.js';
import { like, longText, wholeNumber } from './schemas.js';
import { phrase } from './validation-phrases.js';

/** One page of a list, as on the wire. */
export interface Page<T> {
  items: T[];
  total_count: number;
  total_count_is_minimum?: true;
  has_more: boolean;
  next_cursor: string | null;
}

/** The query parameters every list takes; spread it into the list's own schema. */
export function listQuery(options: { max?: number; default?: number } = {}) {
  const { max = 100, default: fallback = 50 } = options;
  return {
    limit: wholeNumber(1, max).default(fallback).describe(`Items per page, 1 to ${max}.`),
    cursor: z.string().max(200).optional().describe('`next_cursor` of the page before.'),
  };
}

/** `?q=`: free text, taken literally. */
export const searchQuery = longText(200)
  // Nothing stands somewhere in every text.
  .refine(q => q === '' || fold(q) !== '', {
    error: phrase('must contain more than accents', 'Send the letters to search for.'),
  })
  .optional()
  .describe('Search text; `%` and `_` are literal.');

/** The schema of a page whose items follow `item`. */
export function pageOf<T extends z.ZodType>(item: T, name: string) {
  return z
    .object({
      items: z.array(item),
      total_count: z
        .number()
        .int()
        .describe(`How many there are on all pages: exact up to ${COUNTED}, and no more than that.`),
      total_count_is_minimum: z
        .literal(true)
        .optional()
        .describe(`Present when there are more than ${COUNTED}.`),
      has_more: z.boolean(),
      next_cursor: like('djE6cHJq…')
        .nullable()
        .describe('Pass as `cursor` for the next page; null on the last.'),
    })
    .meta({ id: name });
}

/** Hides the id a page ended with; a list sorted by id continues after it, whatever was inserted since. */
export function encodeCursor(lastId: string): string {
  return Buffer.from(`v1:${lastId}`).toString('base64url');
}

/** @throws AppError `invalid_cursor` for anything that {@link encodeCursor} did not make. */
export function decodeCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const decoded = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^v1:[!-~]+$/.test(decoded) || encodeCursor(decoded.slice(3)) !== cursor) {
    throw new AppError('invalid_cursor', { param: 'cursor' });
  }
  return decoded.slice(3);
}

/**
 * Makes a page of rows sorted by id, of which one more than `limit` was asked for: the surplus row
 * only says that there is more.
 */
export function paginate<R extends { id: string }, T>(
  rows: R[],
  limit: number,
  total: number,
  toItem: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const more = rows.length > limit;
  return {
    items: shown.map(toItem),
    ...(total > COUNTED ? { total_count: COUNTED, total_count_is_minimum: true } : { total_count: total }),
    has_more: more,
    next_cursor: more ? encodeCursor(shown.at(-1)!.id) : null,
  };
}
