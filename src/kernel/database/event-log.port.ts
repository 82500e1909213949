import type { RequestContext } from '../context/request-context.js';
import type { AuditRecord } from '../event-log/audit-record.js';

/** What the unit of work needs of the event log; the `audit` module provides it. */
export abstract class EventLog {
  /**
   * Writes the unit's single entry in the unit's own transaction.
   * @throws Error when the handler named no target or a type it did not declare: a mutation without
   *   a truthful entry must not commit.
   */
  abstract append(ctx: RequestContext, record: AuditRecord): Promise<void>;
}
