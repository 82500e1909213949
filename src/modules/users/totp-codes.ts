import { createHmac, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

/** Seconds that a code is shown; the same for all apps. */
const PERIOD = 30;
/** How many steps a clock may be off, either way (RFC 6238, 5.2). */
const WINDOW = 1;
const DIGITS = 6;
/** Without those that look alike; 32 of them, so that each is five bits. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz023456789';
const RECOVERY_CODES = 10;

/** A new secret of 160 bits in base32, as apps take it (RFC 4226, 4: R6). */
export function newSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What the QR code that apps scan holds: the Key URI Format. */
export function otpauthUrl(secret: string, email: string): string {
  return totpOf(secret, email).toString();
}

/** The time step of a code that fits now or a step earlier or later; null for a wrong one. */
export function stepOf(secret: string, code: string, now = Date.now()): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const totp = totpOf(secret);
  const delta = totp.validate({ token: code, timestamp: now, window: WINDOW });
  return delta === null ? null : totp.counter({ timestamp: now }) + delta;
}

/** Ten new codes of 50 bits, such as `k3jw9-x7qmt`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const letters = [...randomBytes(10)].map(byte => ALPHABET[byte % 32]).join('');
    return `${letters.slice(0, 5)}-${letters.slice(5)}`;
  });
}

/**
 * What is kept of a recovery code, base64url. The key is the app's secret, which is sealed at rest: who has the database
 * alone cannot try codes, and a change of `APP_SECRET` leaves them as they are.
 */
export function recoveryHash(secret: string, userId: string, code: string): string {
  return createHmac('sha256', secret)
    .update(`recovery ${userId} ${plainCode(code)}`)
    .digest('base64url');
}

/** A code without what people type for looks. */
export function plainCode(code: string): string {
  return code.toLowerCase().replace(/[\s-]/g, '');
}

function totpOf(secret: string, label = 'account'): TOTP {
  const options = { algorithm: 'SHA1', digits: DIGITS, period: PERIOD };
  return new TOTP({ issuer: 'Bailiwick', label, secret: Secret.fromBase32(secret), ...options });
}
