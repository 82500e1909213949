import { hashToken } from '../../kernel/crypto/tokens.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { isKeySecret, resemblesKeySecret } from '../api-keys/key-secret.js';
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
 * A Bearer token that is not a session's is an API key. What is wrong with the form, the message says.
 * @throws AppError `missing_api_key`, `invalid_api_key`
 */
export function readCredentials(header: string | undefined): Credentials {
  if (header === undefined) throw new AppError('missing_api_key');
  const match = HEADER.exec(header);
  if (!match) throw invalidKey(wrongWithHeader(header));
  const scheme = match[1]!.toLowerCase();
  const secret = scheme === 'basic' ? basicPassword(match[2]!) : match[2]!;
  if (scheme === 'bearer' && secret.startsWith(SESSION_PREFIX))
    return { kind: 'session', hash: hashToken(secret) };
  if (!isKeySecret(secret)) throw invalidKey(wrongWithSecret(secret));
  return { kind: 'api_key', hash: hashToken(secret) };
}

function basicPassword(encoded: string): string {
  if (!BASE64.test(encoded)) throw invalidKey('After Basic comes the base64 of api-key:<secret>.');
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0 || decoded.slice(0, colon) !== BASIC_USER) throw invalidKey(wrongWithUser(decoded));
  return decoded.slice(colon + 1);
}

function invalidKey(message: string): AppError {
  return new AppError('invalid_api_key', { message });
}

const FORMS =
  'Authorization: Basic with api-key:<secret>, Authorization: Bearer <secret>, or X-API-Key: <secret>';

function wrongWithHeader(header: string): string {
  if (resemblesKeySecret(header.trim())) return `A key does not stand alone: send ${FORMS}.`;
  if (/^(basic|bearer)\b/i.test(header))
    return 'After the scheme come one space and one token without spaces.';
  return `Authorization takes the schemes Basic and Bearer: send ${FORMS}.`;
}

/** Some APIs take the key as the user name; this one takes it as the password. */
function wrongWithUser(credentials: string): string {
  if (resemblesKeySecret(credentials))
    return 'The secret is the password of Basic Auth, and the user name is api-key: send api-key:<secret>.';
  return 'The user name of Basic Auth is api-key, in small letters, and the secret is the password.';
}

function wrongWithSecret(secret: string): string {
  if (secret === '') return 'The secret of the API key is empty.';
  if (secret.startsWith(SESSION_PREFIX))
    return 'This is the token of a session: send Authorization: Bearer <token>.';
  if (resemblesKeySecret(secret))
    return 'The API key is mistyped or cut off: its checksum does not fit. Copy it once more.';
  return 'This is no API key: keys begin with bw_test_ or bw_live_. A session token begins with bws_.';
}
