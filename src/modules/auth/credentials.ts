import { hashToken } from '../../kernel/crypto/tokens.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { isKeySecret } from '../api-keys/key-secret.js';
import { SESSION_PREFIX } from '../users/session.service.js';

/** What an `Authorization` header presents, before anything is looked up. */
export interface Credentials {
  readonly kind: 'api_key' | 'session';
  /** SHA-256 of the secret or token. */
  readonly hash: string;
}

const BASIC_USER = 'api-key';
const HEADER = /^(basic|bearer) ([^\s]+) *$/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Reads the header strictly (RFC 7617, RFC 6750): the scheme in any case, one space and one token after it, Basic
 * split at the first colon only, the user name `api-key` and no other.
 * A Bearer token that is not a session's is an API key.
 * @throws AppError `missing_api_key`, `invalid_api_key`
 */
export function readCredentials(header: string | undefined): Credentials {
  if (header === undefined) throw new AppError('missing_api_key');
  const match = HEADER.exec(header);
  if (!match) throw new AppError('invalid_api_key');
  const scheme = match[1]!.toLowerCase();
  const secret = scheme === 'basic' ? basicPassword(match[2]!) : match[2]!;
  if (scheme === 'bearer' && secret.startsWith(SESSION_PREFIX))
    return { kind: 'session', hash: hashToken(secret) };
  if (!isKeySecret(secret)) throw new AppError('invalid_api_key');
  return { kind: 'api_key', hash: hashToken(secret) };
}

function basicPassword(encoded: string): string {
  if (!BASE64.test(encoded)) throw new AppError('invalid_api_key');
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0 || decoded.slice(0, colon) !== BASIC_USER) throw new AppError('invalid_api_key');
  return decoded.slice(colon + 1);
}
