import { hash, randomBytes } from 'node:crypto';

/** A new 256-bit secret, base64url (43 characters). */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** SHA-256 of a secret, base64url: what is stored of it. Enough for secrets of 190 bits and more. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}
