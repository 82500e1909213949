import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { AppError } from '../../kernel/errors/app-error.js';

/** What has a name under which it happens once in a project. */
export type OperationKind = 'DEPOSIT' | 'DEDUCT';

/** An operation by its name. */
export interface OperationName {
  readonly projectId: string;
  readonly kind: OperationKind;
  /** The `transaction_id` or `idempotency_key`. */
  readonly reference: string;
  /** What must be the same when it is repeated; see {@link fingerprintOf}. */
  readonly fingerprint: string;
}

/** What was done under which name: the unique key decides that it is done once. */
@Injectable()
export class OperationRepository {
  constructor(private readonly database: Database) {}

  /**
   * The first answer to an operation, or null when there was none.
   * @throws AppError `transaction_conflict` when the name stands for something else
   */
  async answerTo<T>(ctx: RequestContext, name: OperationName): Promise<T | null> {
    const [row] = await this.database
      .read(ctx)
      .query<{ fingerprint: string; answer: string }[]>(
        'SELECT fingerprint, answer FROM ledger_operations WHERE project_id = ? AND kind = ? AND reference = ?',
        [name.projectId, name.kind, name.reference],
      );
    if (!row) return null;
    if (row.fingerprint !== name.fingerprint) throw new AppError('transaction_conflict');
    return JSON.parse(row.answer) as T;
  }

  /** @throws StaleRead when it has been done meanwhile */
  async insert(ctx: RequestContext, name: OperationName, answer: object, now: Date): Promise<void> {
    const columns = ['project_id', 'kind', 'reference', 'fingerprint', 'answer', 'created_at'];
    const at = instantForDriver(this.database.kind, now) as string;
    const values = [name.projectId, name.kind, name.reference, name.fingerprint, JSON.stringify(answer), at];
    try {
      await insertRows(await this.database.write(ctx), 'ledger_operations', columns, [values], row => row);
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('the operation') : error;
    }
  }
}

/** What tells two operations of one name apart. */
export function fingerprintOf(...content: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url');
}
