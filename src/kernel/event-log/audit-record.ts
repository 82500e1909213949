import type { EventType } from './event-types.js';
import type { AuditTarget } from './targets.js';

/** One changed field; `null` stands for "was not there". */
export interface AuditChange {
  before: unknown;
  after: unknown;
}

export type AuditSnapshot = Record<string, unknown> | null;

/** Something else the same mutation did: a cascade. */
export interface AuditEffect {
  type: string;
  target: AuditTarget;
  changes?: Record<string, AuditChange>;
}

const SECRET_FIELD = /secret|password|token|hash/i;

/** Collects, during one unit of work, what its single event-log entry will say. */
export class AuditRecord {
  type: EventType | null;
  outcome: 'success' | 'denied' | 'failed' = 'success';
  target: AuditTarget | null = null;
  changes: Record<string, AuditChange> = {};
  effects: AuditEffect[] = [];
  projectId: string | null = null;
  organizationId: string | null = null;
  subjectUserId: string | null = null;
  reason: string | null = null;
  /** The entry's id, where something refers to it before it is written; see {@link identified}. */
  eventId: string | null = null;
  /** Whether nothing was changed after all; see {@link nothing}. */
  idle = false;
  /** The acting principal when the request itself had none yet, e.g. the person signing in. */
  actor: { type: 'user'; id: string; name: string } | null = null;

  constructor(readonly declared: readonly EventType[]) {
    this.type = declared.length === 1 ? declared[0]! : null;
  }

  /**
   * Says what was changed. `before` is null for a creation, `after` for a deletion; the entry holds
   * the fields that differ, those that look like secrets masked.
   */
  change(target: AuditTarget, before: AuditSnapshot, after: AuditSnapshot): this {
    this.target = target;
    this.changes = diff(before, after);
    return this;
  }

  /** Chooses among the event types the handler declared. */
  as(type: EventType): this {
    this.type = type;
    return this;
  }

  /** Gives the entry its id, for what refers to it within the same unit of work. */
  identified(id: string): this {
    this.eventId = id;
    return this;
  }

  /** The project whose log the entry belongs to; the request's own project unless set. */
  inProject(projectId: string): this {
    this.projectId = projectId;
    return this;
  }

  /** The organization whose matter it is; of what belongs to a project, the project's. */
  inOrganization(organizationId: string): this {
    this.organizationId = organizationId;
    return this;
  }

  /** The person the entry is about, when not the actor. */
  about(userId: string): this {
    this.subjectUserId = userId;
    return this;
  }

  because(reason: string | null | undefined): this {
    this.reason = reason ?? null;
    return this;
  }

  by(actor: { id: string; name: string }): this {
    this.actor = { type: 'user', ...actor };
    return this;
  }

  /** Says that the attempt did not succeed. */
  ended(outcome: 'denied' | 'failed'): this {
    this.outcome = outcome;
    return this;
  }

  /** Says that the request turned out to change nothing: no entry is left. The unit of work fails if it wrote all the same. */
  nothing(): this {
    this.idle = true;
    return this;
  }

  /** Adds a cascade to the entry. */
  effect(type: string, target: AuditTarget, before: AuditSnapshot = null, after: AuditSnapshot = null): this {
    const changes = diff(before, after);
    this.effects.push(Object.keys(changes).length ? { type, target, changes } : { type, target });
    return this;
  }
}

/** The fields that differ between two snapshots, secrets masked. */
export function diff(before: AuditSnapshot, after: AuditSnapshot): Record<string, AuditChange> {
  const changes: Record<string, AuditChange> = {};
  for (const field of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    const from = before?.[field] ?? null;
    const to = after?.[field] ?? null;
    if (JSON.stringify(from) === JSON.stringify(to)) continue;
    changes[field] = { before: masked(field, from), after: masked(field, to) };
  }
  return changes;
}

/** A field's value without secrets, however deep they lie. */
function masked(field: string, value: unknown): unknown {
  if (value === null) return null;
  if (SECRET_FIELD.test(field)) return '[SECRET]';
  if (Array.isArray(value)) return value.map(item => masked(field, item));
  if (typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(name, inner)]));
}
