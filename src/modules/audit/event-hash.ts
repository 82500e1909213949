import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/text/canonical-json.js';
import type { EventEntity } from './event.entity.js';

/** All that an entry's hash covers: what exports of the event log hold of it, but for the hash itself. */
export type HashedEvent = ReturnType<typeof hashedForm>;

/**
 * An entry at its place in its log. Its fields are never changed: `docs/audit.md` tells strangers how to check them.
 * `previousHash` is empty for the first.
 */
export function hashedForm(event: EventEntity, sequence: number, previousHash: string) {
  return {
    id: event.id,
    sequence,
    type: event.type,
    outcome: event.outcome,
    category: event.category,
    actor: {
      type: event.actor_type,
      id: event.actor_id,
      name: event.actor_name,
      role: event.actor_role,
    },
    subject_user_id: event.subject_user_id,
    project_id: event.project_id,
    target: { type: event.target_type, id: event.target_id, name: event.target_name },
    changes: event.changes,
    effects: event.effects,
    reason: event.reason,
    ip: event.ip,
    user_agent: event.user_agent,
    request_id: event.request_id,
    created_at: event.created_at.toISOString(),
    previous_hash: previousHash === '' ? null : previousHash,
  };
}

/**
 * The hash of an entry: SHA-256 of its canonical JSON (RFC 8785), base64url. Whoever changes, removes or reorders a
 * sealed entry breaks every hash after it.
 */
export function hashOf(form: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(canonicalJson(form)).digest('base64url');
}
