import { isUtf8 } from 'node:buffer';
import { parse, type ParseError } from 'jsonc-parser';
import { AppError } from '../errors/app-error.js';
import { refuseInexact } from './exact-numbers.js';

/** Largest JSON body, in bytes. */
export const BODY_LIMIT = 100_000;
const MAX_DEPTH = 20;
const MAX_KEYS = 1_000;
/** What some editors and .NET put before UTF-8; a parser may ignore it (RFC 8259, section 8.1). */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A body's text. Bytes that are no UTF-8 are refused: decoding would put other characters in their place.
 * @throws AppError `invalid_encoding`
 */
export function decodeBody(body: Buffer): string {
  if (!isUtf8(body)) throw new AppError('invalid_encoding');
  return body.toString('utf8', body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0);
}

/**
 * Parses a JSON body and refuses what no handler should ever see, before any validation.
 * @throws AppError `invalid_json`, `body_too_deep`, `too_many_keys`, `forbidden_key`, `invalid_encoding`
 */
export function parseJsonBody(body: string): unknown {
  // An empty body with a JSON content type is what many clients send with a bodyless request.
  if (body.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
    const exact = refuseInexact(body);
    if (exact !== body) value = JSON.parse(exact);
  } catch {
    throw invalidJson(body);
  }
  inspect(value);
  return value;
}

/** Says where the body stops being JSON; Node's own messages repeat what was sent, and not all say where. */
function invalidJson(body: string): AppError {
  const position = firstMistake(body);
  if (position === undefined) return new AppError('invalid_json');
  const before = body.slice(0, position).split('\n');
  const [line, column] = [before.length, before.at(-1)!.length + 1];
  return new AppError('invalid_json', {
    message: `The body is not valid JSON: see line ${line}, column ${column}.`,
    details: { position, line, column },
  });
}

/** The offset, in UTF-16 code units, of the first mistake; undefined where it cannot be told. */
function firstMistake(body: string): number | undefined {
  const mistakes: ParseError[] = [];
  try {
    parse(body, mistakes, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // Nested too deep for a parser that uses the stack.
    return undefined;
  }
  return mistakes[0]?.offset;
}

/** Walks level by level, so that the walk itself needs no stack. */
function inspect(root: unknown): void {
  let keys = 0;
  let level = [root];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') refuseUnstorable(value);
      if (value === null || typeof value !== 'object') continue;
      if (depth >= MAX_DEPTH) throw new AppError('body_too_deep');
      if (!Array.isArray(value)) {
        for (const key of Object.keys(value)) {
          if (FORBIDDEN.has(key)) throw new AppError('forbidden_key', { param: key });
          refuseUnstorable(key);
          if (++keys > MAX_KEYS) throw new AppError('too_many_keys');
        }
      }
      for (const child of Object.values(value)) next.push(child);
    }
    level = next;
  }
}

/** @throws AppError `invalid_encoding` for NUL and for half of a surrogate pair. */
export function refuseUnstorable(value: string): void {
  if (value.includes('\0') || !value.isWellFormed()) throw new AppError('invalid_encoding');
}
