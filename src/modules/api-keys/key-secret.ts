import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIXES = { sandbox: 'bw_test_', production: 'bw_live_' } as const;
const SECRET = /^bw_(?:test|live)_[0-9A-Za-z]{38}$/;
const CHECKSUM_LENGTH = 6;

/**
 * A new key secret: the environment's prefix, 32 random base62 characters (190 bits) and the CRC-32 of
 * all that as six base62 characters, so that a mistyped secret is refused without a look-up.
 */
export function newKeySecret(environment: keyof typeof PREFIXES): string {
  let secret: string = PREFIXES[environment];
  for (let i = 0; i < 32; i++) secret += BASE62[randomInt(62)];
  return secret + checksum(secret);
}

/** Whether `value` looks like a key secret, mistyped or not. */
export function resemblesKeySecret(value: string): boolean {
  return Object.values(PREFIXES).some(prefix => value.startsWith(prefix));
}

/** Whether `value` has a key secret's form and its checksum is right. */
export function isKeySecret(value: string): boolean {
  if (!SECRET.test(value)) return false;
  return checksum(value.slice(0, -CHECKSUM_LENGTH)) === value.slice(-CHECKSUM_LENGTH);
}

/** What lists show of a secret: prefix and last four characters. */
export function previewOf(secret: string): string {
  return `${secret.slice(0, 8)}…${secret.slice(-4)}`;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = BASE62[rest % 62]! + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
