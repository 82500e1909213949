import type { AuditRecord } from '../event-log/audit-record.js';

/** What everybody may know of the unit of work a context is in; the rest is between it and the database. */
export interface OpenUnit {
  /** What the unit will write to the event log. */
  readonly audit: AuditRecord;
  /** Which attempt this is, from 1: after a deadlock, a lock timeout or a stale read the work runs again. */
  readonly attempt: number;
  /** Whether its transaction has begun: from then on reads see its own rows. */
  readonly writing: boolean;
  /** Whether everything is undone at its end: it is only to show what it would do, so nothing needs to be confirmed. */
  readonly preview: boolean;
  /** Calls `hook` once everything is committed, never when it is rolled back. */
  onCommit(hook: () => void): void;
}
