import { setImmediate as turn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { matching, type Stretch } from '../../kernel/database/stretch.js';
import { walk } from '../../kernel/database/walk.js';
import { type Figures, toAmount } from './account.js';
import { add } from './movements.js';

type Manager = ReturnType<Database['read']>;

/** What the entries of an account add up to. */
export interface EntrySum extends Figures {
  readonly entries: number;
}

/** An account's figures as they stand in its row. */
export interface StoredFigures extends Figures {
  readonly id: string;
  readonly customer_row_id: string;
}

const ACCOUNTS_PER_STEP = 500;
const SUMS =
  't.account_id AS account, COUNT(*) AS entries, SUM(t.total_change) AS total, SUM(t.used_change) AS used, ' +
  'SUM(t.frozen_change) AS frozen, SUM(t.expired_change) AS expired';

/** Adds entries up, by statements of a few milliseconds each. */
@Injectable()
export class EntrySumRepository {
  constructor(private readonly database: Database) {}

  /** What the entries of a customer before an id add up to, by account. */
  ofCustomer(ctx: RequestContext, rowId: string, before: string): Promise<Map<string, EntrySum>> {
    const equal = { customer_row_id: rowId };
    return sumUp(this.database.read(ctx), { ...BASE, index: 'ledger_entries_customer', equal, before });
  }

  /** A project's accounts and what their entries add up to, both at one moment. */
  ofProject(projectId: string): Promise<{ accounts: StoredFigures[]; sums: Map<string, EntrySum> }> {
    return this.database.snapshot(async manager => {
      const accounts = await accountsOf(manager, projectId);
      const equal = { project_id: projectId };
      return { accounts, sums: await sumUp(manager, { ...BASE, index: 'ledger_entries_project', equal }) };
    });
  }

  /** The first project after `after` that has accounts; null when there is none. */
  async nextProject(ctx: RequestContext, after: string): Promise<string | null> {
    const [row] = await this.database
      .read(ctx)
      .query<{ project_id: string }[]>(
        'SELECT project_id FROM wallet_accounts WHERE project_id > ? ORDER BY project_id LIMIT 1',
        [after],
      );
    return row?.project_id ?? null;
  }
}

const BASE = { table: 'ledger_entries', id: 'id' } as const;

async function sumUp(manager: Manager, stretch: Stretch): Promise<Map<string, EntrySum>> {
  const sums = new Map<string, EntrySum>();
  await walk(manager, stretch, async part => {
    const { sql, values } = matching(part, SUMS, ' GROUP BY t.account_id');
    for (const row of await manager.query<Record<string, unknown>[]>(sql, values)) {
      const sum = { ...figuresOf(row), entries: Number(row.entries) };
      const known = sums.get(row.account as string);
      sums.set(
        row.account as string,
        known ? { ...add(known, sum), entries: known.entries + sum.entries } : sum,
      );
    }
    return true;
  });
  return sums;
}

async function accountsOf(manager: Manager, projectId: string): Promise<StoredFigures[]> {
  const accounts: StoredFigures[] = [];
  for (let after = ''; ;) {
    const rows = await manager.query<Record<string, unknown>[]>(
      'SELECT id, customer_row_id, total, used, frozen, expired FROM wallet_accounts ' +
        'WHERE project_id = ? AND id > ? ORDER BY id LIMIT ?',
      [projectId, after, ACCOUNTS_PER_STEP],
    );
    for (const row of rows)
      accounts.push({
        id: row.id as string,
        customer_row_id: row.customer_row_id as string,
        ...figuresOf(row),
      });
    if (rows.length < ACCOUNTS_PER_STEP) return accounts;
    after = accounts.at(-1)!.id;
    await turn();
  }
}

function figuresOf(row: Record<string, unknown>): Figures {
  return {
    total: toAmount(row.total),
    used: toAmount(row.used),
    frozen: toAmount(row.frozen),
    expired: toAmount(row.expired),
  };
}
