import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { instantForDriver, instantFromDriver } from '../../kernel/database/instants.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { toAmount } from './account.js';
import type { BusinessType } from './billing.dto.js';
import type { FreezeRow, FreezeStatus } from './freeze.js';

type Row = Record<string, unknown>;

const COLUMNS = [
  ...[
    'id',
    'project_id',
    'transaction_id',
    'customer_row_id',
    'amount',
    'selector',
    'parts',
    'business_type',
  ],
  ...['description', 'status', 'due_action', 'due_at', 'answer', 'settlement', 'created_at'],
] as const;
const SELECT = `SELECT ${COLUMNS.map(column => `f.${column}`).join(', ')} FROM ledger_freezes f`;

/** What is and was frozen, by statements that are prepared once. */
@Injectable()
export class FreezeRepository {
  constructor(private readonly database: Database) {}

  async find(ctx: RequestContext, projectId: string, transactionId: string): Promise<FreezeRow | null> {
    const [row] = await this.database
      .read(ctx)
      .query<Row[]>(`${SELECT} WHERE f.project_id = ? AND f.transaction_id = ?`, [projectId, transactionId]);
    return row ? toFreeze(row) : null;
  }

  /** Freezes of some customers whose time is over and that are not settled yet. */
  async overdueOf(ctx: RequestContext, rowIds: readonly string[], now: Date): Promise<FreezeRow[]> {
    if (rowIds.length === 0) return [];
    const places = rowIds.map(() => '?').join(', ');
    const rows = await this.database
      .read(ctx)
      .query<Row[]>(`${SELECT} WHERE f.customer_row_id IN (${places}) AND f.due_at <= ?`, [
        ...rowIds,
        this.at(now),
      ]);
    return rows.map(toFreeze);
  }

  /** The same of everybody's, the first that was due first. */
  async overdue(ctx: RequestContext, now: Date, limit: number): Promise<FreezeRow[]> {
    const rows = await this.database
      .read(ctx)
      .query<Row[]>(`${SELECT} WHERE f.due_at <= ? ORDER BY f.due_at LIMIT ?`, [this.at(now), limit]);
    return rows.map(toFreeze);
  }

  /** How much is frozen in a project; at most what a number holds exactly. */
  async frozenIn(ctx: RequestContext, projectId: string): Promise<number> {
    const [row] = await this.database
      .read(ctx)
      .query<Row[]>(
        "SELECT SUM(f.amount) AS frozen FROM ledger_freezes f WHERE f.project_id = ? AND f.status = 'FROZEN'",
        [projectId],
      );
    return Math.min(Number(row?.frozen ?? 0), Number.MAX_SAFE_INTEGER);
  }

  /** @throws StaleRead when the transaction id was taken meanwhile */
  async insert(ctx: RequestContext, freeze: FreezeRow): Promise<void> {
    const values = COLUMNS.map(column => this.toDriver(freeze[column]) as string);
    try {
      await insertRows(await this.database.write(ctx), 'ledger_freezes', COLUMNS, [values], row => row);
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('the freeze') : error;
    }
  }

  /** Settles a freeze that is still as it was read. @throws StaleRead when it is not */
  async settle(
    ctx: RequestContext,
    { id, due_at }: FreezeRow,
    status: FreezeStatus,
    settlement: FreezeRow['settlement'],
  ): Promise<void> {
    const due = due_at === null ? 'due_at IS NULL' : 'due_at = ?';
    const affected = await this.database.change(
      ctx,
      `UPDATE ledger_freezes SET status = ?, due_at = NULL, settlement = ? WHERE id = ? AND status = 'FROZEN' AND ${due}`,
      [status, JSON.stringify(settlement), id, ...(due_at === null ? [] : [this.at(due_at)])],
    );
    if (affected !== 1) throw new StaleRead('the freeze');
  }

  private toDriver(value: unknown): unknown {
    if (value instanceof Date) return this.at(value);
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  }

  private at(instant: Date): Date | string {
    return instantForDriver(this.database.kind, instant);
  }
}

function toFreeze(row: Row): FreezeRow {
  const json = (value: unknown) => (value === null ? null : JSON.parse(value as string));
  return {
    id: row.id as string,
    project_id: row.project_id as string,
    transaction_id: row.transaction_id as string,
    customer_row_id: row.customer_row_id as string,
    amount: toAmount(row.amount),
    selector: json(row.selector),
    parts: json(row.parts),
    business_type: row.business_type as BusinessType,
    description: row.description as string | null,
    status: row.status as FreezeStatus,
    due_action: row.due_action as FreezeRow['due_action'],
    due_at: instantFromDriver(row.due_at),
    answer: json(row.answer),
    settlement: json(row.settlement),
    created_at: instantFromDriver(row.created_at)!,
  };
}
