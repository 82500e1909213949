import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { id, instant, like } from '../../kernel/http/schemas.js';
import type { CheckpointEntity } from './checkpoint.entity.js';
import type { SignedStatement, SigningJwk } from './checkpoint-signer.js';
import { PLATFORM } from './event-chain.entity.js';

const HASH = 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg';

const place = z.object({
  sequence: z.number().int().describe('The place of an entry in its log, from 1.'),
  hash: like(HASH).describe("The entry's hash: SHA-256, base64url."),
});

export const Checkpoint = place
  .extend({
    project_id: id('prj').nullable().describe("Null for the platform's log."),
    previous: place.nullable().describe('The checkpoint before it in the same log.'),
    created_at: instant,
    key_id: like('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k').describe(
      'The `kid` of the key that signed it.',
    ),
    signature: z
      .string()
      .describe('Ed25519, base64url, over the RFC 8785 form of all the other fields together.'),
  })
  .meta({ id: 'Checkpoint', 'x-structural': true });
export type Checkpoint = z.infer<typeof Checkpoint>;

export const CheckpointPage = pageOf(Checkpoint, 'CheckpointPage');
export const ListCheckpoints = z.strictObject(listQuery());
export type ListCheckpoints = z.output<typeof ListCheckpoints>;

export const Verification = z
  .object({
    valid: z.boolean(),
    checked: z.number().int().describe('Entries that were found to be what they were.'),
    head: place.describe("Where the log's chain ends; sequence 0 while nothing is sealed."),
    first_bad: z
      .object({
        sequence: z.number().int(),
        id: id('evt').nullable().describe('Null where no entry stands.'),
        reason: z.enum(['changed', 'missing', 'reordered', 'cut']),
      })
      .nullable(),
    checkpoints: z.object({
      checked: z.number().int(),
      newest: place.extend({ created_at: instant }).nullable(),
    }),
  })
  .meta({ id: 'LogVerification', 'x-structural': true });
export type Verification = z.infer<typeof Verification>;

export const SigningKeys = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string().describe('The public key, base64url (RFC 8037).'),
        kid: z.string().describe('Its thumbprint (RFC 7638).'),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  })
  .meta({ id: 'SigningKeys', 'x-structural': true });
export type SigningKeys = z.infer<typeof SigningKeys>;

/** A checkpoint's statement and its signature. */
export function toCheckpoint(row: CheckpointEntity): Checkpoint {
  return { ...toStatement(row), signature: row.signature };
}

/** What the signature of a checkpoint covers. */
export function toStatement(row: Omit<CheckpointEntity, 'signature'>): SignedStatement {
  const { previous_sequence: sequence, previous_hash: hash } = row;
  return {
    project_id: row.log === PLATFORM ? null : row.log,
    sequence: row.sequence,
    hash: row.hash,
    previous: sequence === null ? null : { sequence, hash: hash! },
    created_at: row.created_at.toISOString(),
    key_id: row.key_id,
  };
}

/** A public key as it is published: RFC 8037. */
export function toJwk({ kid, x }: { kid: string; x: string }): SigningJwk {
  return { kty: 'OKP', crv: 'Ed25519', x, kid, alg: 'EdDSA', use: 'sig' };
}
