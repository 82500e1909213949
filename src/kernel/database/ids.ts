import { randomFillSync } from 'node:crypto';
import { encodeTime, monotonicFactory } from 'ulid';

/**
 * The prefixes of ids, as on the wire. Each stands with its entity, which adds it here for the type
 * (`declare module`) and defines it with {@link defineId}.
 */
export interface IdPrefixes {
  req: true;
}

export type IdPrefix = keyof IdPrefixes;

/** What the documents say of ids of one kind. */
export interface IdKind {
  /** What such an id stands for: `the API key`. */
  readonly of: string;
  /** The segment before such an id in paths: `api-keys`. */
  readonly collection?: string;
}

const kinds = new Map<IdPrefix, IdKind>();

/** @throws Error when the prefix is taken, or is not three letters. */
export function defineId(prefix: IdPrefix, kind: IdKind): void {
  if (!/^[a-z]{3}$/.test(prefix)) throw new Error(`"${prefix}" is not a prefix of three letters`);
  if (kinds.has(prefix)) throw new Error(`the id prefix "${prefix}" is defined twice`);
  kinds.set(prefix, kind);
}

/** Every kind of id there is, by its prefix. */
export function definedIds(): ReadonlyMap<IdPrefix, IdKind> {
  return kinds;
}

// Requests have an id before anything else exists.
defineId('req', { of: 'the request', collection: 'request-logs' });

/** An id as in examples. */
export function exampleId(prefix: IdPrefix): string {
  return `${prefix}_01kaj0v7w3m6tn5x9q2e8rfyzd`;
}

const nextRandom = pooledRandom(1_024);
const ulid = monotonicFactory(nextRandom);

/** Random numbers from 0 to below 1, fetched many at a time: asking for each one took 35 µs an id. */
function pooledRandom(size: number): () => number {
  const pool = new Uint32Array(size);
  let next = size;
  return () => {
    if (next === size) {
      randomFillSync(pool);
      next = 0;
    }
    return pool[next++]! / 2 ** 32;
  };
}

/** A new id `<prefix>_<ULID, lower case>`; ids of one process sort by the time they were made. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${ulid().toLowerCase()}`;
}

/**
 * A new id as it would have been made at `at`: for what took effect then but is written later, and must stand at its
 * time in lists sorted by id.
 */
export function newIdAt(prefix: IdPrefix, at: Date): string {
  const random = Array.from({ length: 16 }, () => DIGITS[Math.floor(nextRandom() * 32)]).join('');
  return `${prefix}_${encodeTime(Math.max(0, at.getTime()), 10).toLowerCase()}${random}`;
}

/** The form of every id, as the documents say it. */
export const ID_PATTERN = '^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$';
const ID = new RegExp(ID_PATTERN);

/** Whether `value` has the form of an id, of `prefix` when given. */
export function isId(value: string, prefix?: IdPrefix): boolean {
  return ID.test(value) && (!prefix || value.startsWith(`${prefix}_`));
}

/** The smallest id made at `at` or later: what has an id of its own need not store when it was made. */
export function firstIdAt(prefix: IdPrefix, at: Date): string {
  return `${prefix}_${encodeTime(Math.max(0, at.getTime()), 10).toLowerCase()}${'0'.repeat(16)}`;
}

/** Crockford's digits, in the lower case that ids are written in. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, DIGITS.indexOf(String.fromCharCode(code))),
);

/** When an id was made, in milliseconds since 1970: the first ten digits after its prefix. */
export function timeOfId(id: string): number {
  let time = 0;
  for (let at = 4; at < 14; at++) time = time * 32 + VALUES[id.charCodeAt(at)]!;
  return time;
}
