import type { ByteRange } from './blob-storage.js';

const SINGLE = /^bytes=\s*(\d*)-(\d*)\s*$/i;

/**
 * The part of `size` bytes that a `Range` header asks for (RFC 9110, section 14.2); `null` when all is to be sent, which
 * is also the answer to several ranges and to what is no range of bytes; `'unsatisfiable'` when there is no such part.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | null {
  const match = header === undefined ? null : SINGLE.exec(header);
  if (!match) return null;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '') {
    if (last === '') return null;
    const suffix = Math.min(Number(last), size);
    return suffix === 0 ? 'unsatisfiable' : { start: size - suffix, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Number(last);
  if (last !== '' && end < start) return null;
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) };
}

/** Whether one of the entity tags that a client has (`If-None-Match`) is this one, compared weakly (RFC 9110, 8.8.3.2). */
export function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag);
}
