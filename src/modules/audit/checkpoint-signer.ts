import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Config } from '../../kernel/config/config.js';
import { canonicalJson } from '../../kernel/text/canonical-json.js';
import type { ChainPlace } from './chain-check.js';

/** A public key that checkpoints are checked with: RFC 8037. `kid` is its thumbprint by RFC 7638. */
export interface SigningJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** What a checkpoint says; its signature covers the canonical JSON (RFC 8785) of exactly this. */
export interface SignedStatement {
  /** Null for the platform's log. */
  readonly project_id: string | null;
  readonly sequence: number;
  readonly hash: string;
  /** The checkpoint before it in the same log. */
  readonly previous: ChainPlace | null;
  /** ISO 8601, UTC, with milliseconds. */
  readonly created_at: string;
  readonly key_id: string;
}

/** Where a data folder keeps the key that was generated for it. */
export const SIGNING_KEY_FILE = 'audit-signing-key.pem';

/** Signs checkpoints with this installation's Ed25519 key. */
export class CheckpointSigner {
  readonly publicKey: SigningJwk;

  constructor(private readonly key: KeyObject) {
    this.publicKey = jwkOf(key);
  }

  /** The signer with the configured key, or with one generated once in the data folder. */
  static open({ auditSigningKey, dataDir }: Config): CheckpointSigner {
    return new CheckpointSigner(createPrivateKey(auditSigningKey ?? generatedKey(dataDir)));
  }

  /** The signature of a statement, base64url. */
  sign(statement: SignedStatement): string {
    return sign(null, signedBytes(statement), this.key).toString('base64url');
  }
}

/** Whether a checkpoint's signature is by the key that it names; false where that is not among `keys`. */
export function isSigned(
  { signature, ...statement }: SignedStatement & { readonly signature: string },
  keys: readonly SigningJwk[],
): boolean {
  const key = keys.find(({ kid }) => kid === statement.key_id);
  if (!key) return false;
  const { project_id, sequence, hash, previous, created_at, key_id } = statement;
  const bytes = signedBytes({ project_id, sequence, hash, previous, created_at, key_id });
  const { kty, crv, x } = key;
  const publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  return verify(null, bytes, publicKey, Buffer.from(signature, 'base64url'));
}

function signedBytes(statement: SignedStatement): Buffer {
  return Buffer.from(canonicalJson(statement), 'utf8');
}

function jwkOf(key: KeyObject): SigningJwk {
  const { x } = createPublicKey(key).export({ format: 'jwk' }) as { x: string };
  const kid = createHash('sha256')
    .update(canonicalJson({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' };
}

/** Reads the data folder's own key; makes it, readable by the owner only, when there is none. */
function generatedKey(dataDir: string): string {
  const file = join(dataDir, SIGNING_KEY_FILE);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // `wx`: of two processes that start at once, the second reads what the first wrote.
  try {
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
    new Logger('Audit').log(`AUDIT_SIGNING_KEY is not set: generated one in ${file}. A backup holds it.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8');
}
