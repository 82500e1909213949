import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { instantForDriver, instantFromDriver } from '../../kernel/database/instants.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import type { CustomerRef } from '../customers/customer.service.js';
import { type Account, type Figures, MOST, toAmount } from './account.js';
import type { FrozenPart } from './freeze.js';
import type { Part } from './spending.js';

const COLUMNS =
  'a.id, a.customer_row_id, a.wallet, a.source, a.starts_at, a.expires_at, a.total, a.used, a.frozen, a.expired, a.swept';

/** The accounts that a customer may spend, and when the next freeze of the customer's is due. */
export interface Spendable {
  readonly accounts: Account[];
  readonly nextDue: Date | null;
}

type Row = Record<string, unknown>;

/** Accounts, by statements that are prepared once: they are read and changed by every deduction. */
@Injectable()
export class AccountRepository {
  constructor(private readonly database: Database) {}

  /** Every account of some customers, the oldest first. */
  async ofCustomers(ctx: RequestContext, rowIds: readonly string[]): Promise<Account[]> {
    if (rowIds.length === 0) return [];
    const places = rowIds.map(() => '?').join(', ');
    const rows = await this.database
      .read(ctx)
      .query<Row[]>(`SELECT ${COLUMNS} FROM wallet_accounts a WHERE a.customer_row_id IN (${places})`, [
        ...rowIds,
      ]);
    return rows.map(toAccount).sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** A project's accounts in the order of their ids, after one of them. */
  async ofProject(ctx: RequestContext, projectId: string, after: string, limit: number): Promise<Account[]> {
    const sql = `SELECT ${COLUMNS} FROM wallet_accounts a WHERE a.project_id = ? AND a.id > ? ORDER BY a.id LIMIT ?`;
    return (await this.database.read(ctx).query<Row[]>(sql, [projectId, after, limit])).map(toAccount);
  }

  /** The customer's accounts that have not ended, as they are now. */
  async spendable(ctx: RequestContext, rowId: string): Promise<Spendable> {
    const rows = await this.database
      .read(ctx)
      .query<Row[]>(
        `SELECT ${COLUMNS}, (SELECT f.due_at FROM ledger_freezes f WHERE f.customer_row_id = ? AND f.due_at IS NOT NULL ` +
          'ORDER BY f.due_at LIMIT 1) AS due FROM wallet_accounts a WHERE a.customer_row_id = ? AND a.swept = 0',
        [rowId, rowId],
      );
    return { accounts: rows.map(toAccount), nextDue: instantFromDriver(rows[0]?.due) };
  }

  /**
   * The same of a customer by its name, and the customer with it; null when there is none. Looks into the table of the
   * `customers` module: a look-up of its own would be a fifth of what a deduction asks of the database.
   */
  async spendableOf(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
  ): Promise<(Spendable & { customer: CustomerRef }) | null> {
    const rows = await this.database
      .read(ctx)
      .query<Row[]>(
        `SELECT ${COLUMNS}, c.id AS customer_row, c.name AS customer_name, (SELECT f.due_at FROM ledger_freezes f ` +
          'WHERE f.customer_row_id = c.id AND f.due_at IS NOT NULL ORDER BY f.due_at LIMIT 1) AS due FROM customers c ' +
          'LEFT JOIN wallet_accounts a ON a.customer_row_id = c.id AND a.swept = 0 WHERE c.project_id = ? AND c.customer_id = ?',
        [projectId, customerId],
      );
    const [first] = rows;
    if (!first) return null;
    return {
      customer: {
        ...{ id: first.customer_row as string, project_id: projectId, customer_id: customerId },
        name: first.customer_name as string | null,
      },
      accounts: rows.filter(({ id }) => id !== null).map(toAccount),
      nextDue: instantFromDriver(first.due),
    };
  }

  /** The same, kept as they are by others until the unit of work ends. */
  async lockSpendable(ctx: RequestContext, rowId: string): Promise<Account[]> {
    const sql = `SELECT ${COLUMNS} FROM wallet_accounts a WHERE a.customer_row_id = ? AND a.swept = 0 ORDER BY a.id`;
    return (await this.database.queryLocked<Row>(ctx, sql, [rowId])).map(toAccount);
  }

  /** Some accounts by their ids, as they are now. */
  async byIds(ctx: RequestContext, ids: readonly string[]): Promise<Map<string, Account>> {
    if (ids.length === 0) return new Map();
    const sql = `SELECT ${COLUMNS} FROM wallet_accounts a WHERE a.id IN (${ids.map(() => '?').join(', ')})`;
    const rows = await this.database.read(ctx).query<Row[]>(sql, [...ids]);
    return new Map(rows.map(toAccount).map(account => [account.id, account]));
  }

  /** What is frozen of each account, with the accounts as they are now. */
  async partsOf(ctx: RequestContext, parts: readonly FrozenPart[]): Promise<Part[]> {
    const accounts = await this.byIds(
      ctx,
      parts.map(({ account_id }) => account_id),
    );
    return parts.map(({ account_id, amount }) => ({ account: accounts.get(account_id)!, amount }));
  }

  /** One account, kept as it is by others until the unit of work ends. */
  async lock(ctx: RequestContext, id: string): Promise<Account | null> {
    const sql = `SELECT ${COLUMNS} FROM wallet_accounts a WHERE a.id = ?`;
    const [row] = await this.database.queryLocked<Row>(ctx, sql, [id]);
    return row ? toAccount(row) : null;
  }

  /** Accounts that have ended and are not swept yet, the first to end first. */
  async ended(ctx: RequestContext, now: Date, limit: number): Promise<{ id: string; project_id: string }[]> {
    return this.database
      .read(ctx)
      .query(
        'SELECT a.id, a.project_id FROM wallet_accounts a WHERE a.swept = 0 AND a.expires_at <= ? ' +
          'ORDER BY a.expires_at LIMIT ?',
        [this.at(now), limit],
      );
  }

  /** @throws StaleRead when another made the same account at the same moment */
  async insert(ctx: RequestContext, projectId: string, account: Account, now: Date): Promise<void> {
    const { id, customer_row_id, wallet, source, starts_at, expires_at } = account;
    const columns = [
      ...['id', 'project_id', 'customer_row_id', 'wallet', 'source', 'window_key', 'starts_at', 'expires_at'],
      ...['total', 'used', 'frozen', 'expired', 'swept', 'created_at'],
    ];
    const values = [
      ...[id, projectId, customer_row_id, wallet, source, windowKey(account)],
      ...[starts_at && this.at(starts_at), expires_at && this.at(expires_at), 0, 0, 0, 0, 0, this.at(now)],
    ];
    try {
      await insertRows(
        await this.database.write(ctx),
        'wallet_accounts',
        columns,
        [values as string[]],
        row => row,
      );
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('the account') : error;
    }
  }

  /**
   * Changes the figures of accounts, in the order of their ids; no figure may fall below nothing or rise beyond
   * {@link MOST}, and no account may have ended in the meantime.
   * @throws StaleRead when one does not allow it (any more)
   */
  async change(ctx: RequestContext, changes: ReadonlyMap<Account, Figures>): Promise<void> {
    const sorted = [...changes].sort(([one], [other]) => (one.id < other.id ? -1 : 1));
    for (const [{ id, swept }, { total, used, frozen, expired }] of sorted) {
      const affected = await this.database.change(
        ctx,
        'UPDATE wallet_accounts SET total = total + ?, used = used + ?, frozen = frozen + ?, expired = expired + ? ' +
          'WHERE id = ? AND swept = ? AND used >= ? AND frozen >= ? AND total <= ? ' +
          'AND total - used - frozen - expired >= ?',
        [
          ...[total, used, frozen, expired, id, swept ? 1 : 0],
          ...[-used, -frozen, MOST - Math.max(0, total), used + frozen + expired - total],
        ],
      );
      if (affected !== 1) throw new StaleRead('an account');
    }
  }

  /** Marks an account that has ended, and of which nothing is left, as swept. @throws StaleRead when it is already */
  async close(ctx: RequestContext, id: string): Promise<void> {
    const sql =
      'UPDATE wallet_accounts SET swept = 1 WHERE id = ? AND swept = 0 AND total - used - frozen - expired = 0';
    if ((await this.database.change(ctx, sql, [id])) !== 1) throw new StaleRead('the account');
  }

  private at(instant: Date): Date | string {
    return instantForDriver(this.database.kind, instant);
  }
}

/** What tells accounts of the same wallet and source apart. */
export function windowKey({ starts_at, expires_at }: Pick<Account, 'starts_at' | 'expires_at'>): string {
  return `${starts_at?.toISOString() ?? ''}/${expires_at?.toISOString() ?? ''}`;
}

function toAccount(row: Row): Account {
  return {
    id: row.id as string,
    customer_row_id: row.customer_row_id as string,
    wallet: row.wallet as string,
    source: row.source as string,
    starts_at: instantFromDriver(row.starts_at),
    expires_at: instantFromDriver(row.expires_at),
    total: toAmount(row.total),
    used: toAmount(row.used),
    frozen: toAmount(row.frozen),
    expired: toAmount(row.expired),
    swept: Boolean(row.swept),
  };
}
