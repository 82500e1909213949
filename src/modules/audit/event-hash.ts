import { createHash } from 'node:crypto';
import type { EventEntity } from './event.entity.js';

/** The fields an entry's hash covers, in this order for ever. */
const COVERED = [
  'id',
  'project_id',
  'type',
  'outcome',
  'category',
  'actor_type',
  'actor_id',
  'actor_name',
  'actor_role',
  'subject_user_id',
  'target_type',
  'target_id',
  'target_name',
  'changes',
  'effects',
  'reason',
  'ip',
  'user_agent',
  'request_id',
  'created_at',
] as const satisfies readonly (keyof EventEntity)[];

/**
 * The hash of one entry: SHA-256 over the JSON array of the previous hash, the sequence and the covered
 * fields, base64url. Whoever changes, removes or reorders a sealed entry breaks every hash after it.
 */
export function hashOf(event: EventEntity, sequence: number, previousHash: string): string {
  const values = COVERED.map(field => event[field]);
  return createHash('sha256')
    .update(JSON.stringify([previousHash, sequence, ...values]))
    .digest('base64url');
}
