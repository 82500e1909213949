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

/**
 * Encrypts and signs under `APP_SECRET`. Every purpose has a key of its own (HKDF-SHA256, RFC 5869),
 * so that what is sealed for one can't be opened for another.
 */
export class Vault {
  private readonly keys = new Map<string, Buffer>();

  constructor(private readonly secret: string) {}

  /** The vault under the configured secret, or under one generated once in the data folder. */
  static open(config: Config): Vault {
    return new Vault(config.appSecret ?? generatedSecret(config.dataDir));
  }

  /** Encrypts with AES-256-GCM; the result is base64url text. */
  seal(purpose: string, plain: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key(purpose), iv);
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
  }

  /**
   * Decrypts what {@link seal} made for the same purpose.
   * @throws Error when it was altered, or sealed under another secret.
   */
  unseal(purpose: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64url');
    // Without a fixed length Node would accept a tag cut down to four bytes.
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv('aes-256-gcm', this.key(purpose), bytes.subarray(0, IV_BYTES), options);
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }

  /** HMAC-SHA256 of `text`, base64url. */
  sign(purpose: string, text: string): string {
    return createHmac('sha256', this.key(purpose)).update(text).digest('base64url');
  }

  /** Whether `signature` is {@link sign}'s for `text`, compared in constant time. */
  verify(purpose: string, text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(purpose, text));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  private key(purpose: string): Buffer {
    let key = this.keys.get(purpose);
    if (!key) {
      key = Buffer.from(hkdfSync('sha256', this.secret, 'bailiwick', purpose, 32));
      this.keys.set(purpose, key);
    }
    return key;
  }
}

/** Reads the data folder's own secret; makes it, readable by the owner only, when there is none. */
function generatedSecret(dataDir: string): string {
  const file = join(dataDir, 'app-secret');
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
    new Logger('Vault').log(`APP_SECRET is not set: generated one in ${file}. Keep it with your backups.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
