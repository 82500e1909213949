import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Config } from '../config/config.js';

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where a data folder keeps the secret that was generated for it. */
export const APP_SECRET_FILE = 'app-secret';

/** Keys for purposes, each derived from one secret (HKDF-SHA256, RFC 5869). */
class Keys {
  private readonly made = new Map<string, Buffer>();

  constructor(private readonly secret: string) {}

  for(purpose: string): Buffer {
    let key = this.made.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.secret, 'bailiwick', purpose, 32));
      this.made.set(purpose, key);
    }
    return key;
  }
}

/**
 * Encrypts and signs under `APP_SECRET`. Every purpose has a key of its own, so that what is sealed for one can't be
 * opened for another. While the secret is being changed, what the former one sealed and signed is still accepted.
 */
export class Vault {
  private readonly current: Keys;
  private readonly previous: Keys | null;

  constructor(secret: string, previous: string | null = null) {
    this.current = new Keys(secret);
    this.previous = previous === null ? null : new Keys(previous);
  }

  /** The vault under the configured secret, or under one generated once in the data folder. */
  static open({ appSecret, previousAppSecret, dataDir }: Config): Vault {
    return new Vault(appSecret ?? generatedSecret(dataDir), previousAppSecret);
  }

  /** Tells secrets apart without giving them away: of the current one, and of the former one where there is one. */
  get fingerprints(): { readonly current: string; readonly previous: string | null } {
    const of = (keys: Keys) => signature(keys.for('app-secret.fingerprint'), 'bailiwick');
    return { current: of(this.current), previous: this.previous && of(this.previous) };
  }

  /** Encrypts with AES-256-GCM; the result is base64url text. */
  seal(purpose: string, plain: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.current.for(purpose), iv);
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
  }

  /**
   * Decrypts what {@link seal} made for the same purpose.
   * @throws Error when it was altered, or sealed under another secret.
   */
  unseal(purpose: string, sealed: string): string {
    try {
      return opened(this.current.for(purpose), sealed);
    } catch (error) {
      if (!this.previous) throw error;
      return opened(this.previous.for(purpose), sealed);
    }
  }

  /** The same, sealed under the current secret; null when it is already. @throws Error when neither secret opens it */
  reseal(purpose: string, sealed: string): string | null {
    try {
      opened(this.current.for(purpose), sealed);
      return null;
    } catch {
      return this.seal(purpose, this.unseal(purpose, sealed));
    }
  }

  /** HMAC-SHA256 of `text`, base64url. */
  sign(purpose: string, text: string): string {
    return signature(this.current.for(purpose), text);
  }

  /** Whether `signature` is {@link sign}'s for `text`, compared in constant time. */
  verify(purpose: string, text: string, signature: string): boolean {
    if (isSignature(this.current.for(purpose), text, signature)) return true;
    return this.previous !== null && isSignature(this.previous.for(purpose), text, signature);
  }
}

function opened(key: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  // Without a fixed length Node would accept a tag cut down to four bytes.
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), options);
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

function signature(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

function isSignature(key: Buffer, text: string, given: string): boolean {
  const expected = Buffer.from(signature(key, text));
  const bytes = Buffer.from(given);
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

/** Reads the data folder's own secret; makes it, readable by the owner only, when there is none. */
function generatedSecret(dataDir: string): string {
  const file = join(dataDir, APP_SECRET_FILE);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // `wx`: of two processes that start at once, the second reads what the first wrote.
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    chmodSync(file, 0o600);
    new Logger('Vault').log(
      `APP_SECRET is not set: generated one in ${file}. A backup holds it: keep them private.`,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
