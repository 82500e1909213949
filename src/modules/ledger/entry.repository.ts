import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { insertRows } from '../../kernel/database/insert-rows.js';
import { instantForDriver } from '../../kernel/database/instants.js';
import { Lists } from '../../kernel/database/lists.js';
import { type Condition, every, type Stretch } from '../../kernel/database/stretch.js';
import type { IdRange } from '../../kernel/facets/exports.js';
import { EntryEntity } from './entry.entity.js';
import type { OperationType } from './movements.js';

/** What entries can be chosen by, besides their project. */
export interface EntryFilter {
  readonly customer_row_id?: string;
  readonly operation_type?: OperationType;
  readonly transaction_id?: string;
  readonly wallet?: string;
  readonly source?: string;
  /** Ids from this one on, and before this one. */
  readonly from?: string | null;
  readonly before?: string | null;
}

const COLUMNS = [
  ...['id', 'project_id', 'customer_row_id', 'account_id', 'operation_type', 'amount'],
  ...['total_change', 'used_change', 'frozen_change', 'expired_change', 'wallet', 'source'],
  ...['transaction_id', 'business_type', 'description', 'reverses_id', 'created_at'],
] as const;

@Injectable()
export class EntryRepository {
  constructor(
    private readonly database: Database,
    private readonly lists: Lists,
  ) {}

  /** Writes entries, by a statement that is prepared once: there are thousands a second. */
  async insert(ctx: RequestContext, entries: readonly EntryEntity[]): Promise<void> {
    const { kind } = this.database;
    const valuesOf = (entry: EntryEntity) =>
      COLUMNS.map(column =>
        column === 'created_at' ? (instantForDriver(kind, entry.created_at) as string) : entry[column],
      );
    await insertRows(await this.database.write(ctx), 'ledger_entries', COLUMNS, entries, valuesOf);
  }

  find(ctx: RequestContext, projectId: string, id: string): Promise<EntryEntity | null> {
    return this.database.read(ctx).findOneBy(EntryEntity, { id, project_id: projectId });
  }

  findAnywhere(ctx: RequestContext, id: string): Promise<EntryEntity | null> {
    return this.database.read(ctx).findOneBy(EntryEntity, { id });
  }

  findReversal(ctx: RequestContext, projectId: string, id: string): Promise<EntryEntity | null> {
    return this.database.read(ctx).findOneBy(EntryEntity, { reverses_id: id, project_id: projectId });
  }

  /** Newest first. */
  list(ctx: RequestContext, projectId: string, filter: EntryFilter, limit: number): Promise<EntryEntity[]> {
    return this.lists.newest(ctx, EntryEntity, [stretchOf(projectId, filter)], limit);
  }

  /** Those of a project and a time, oldest first, after the one with the id `after`. */
  following(
    ctx: RequestContext,
    projectId: string,
    range: IdRange,
    after: string | null,
    limit: number,
  ): Promise<EntryEntity[]> {
    return this.lists.following(ctx, EntryEntity, { project_id: projectId }, range, after, limit);
  }

  countBetween(ctx: RequestContext, projectId: string, { first, before }: IdRange): Promise<number> {
    return this.lists.count(ctx, [stretchOf(projectId, { from: first, before })]);
  }

  /** How many match, at most one more than a page says. */
  total(ctx: RequestContext, projectId: string, filter: EntryFilter): Promise<number> {
    return this.lists.total(ctx, [stretchOf(projectId, filter)]);
  }
}

/** By which index entries are found: the one of the rarest kind of condition; the others are looked at. */
function stretchOf(projectId: string, filter: EntryFilter): Stretch {
  const { customer_row_id, operation_type, transaction_id, wallet, source, from, before } = filter;
  const given = { customer_row_id, operation_type, transaction_id, wallet, source };
  const by = (equal: Record<string, string>): Stretch => {
    const others = Object.entries(given).filter(([column]) => !(column in equal));
    const where = every([
      'project_id' in equal ? undefined : equals('project_id', projectId),
      ...others.map(([column, value]) => (value === undefined ? undefined : equals(column, value))),
    ]);
    const index = INDICES[Object.keys(equal).join()];
    return { table: 'ledger_entries', id: 'id', index, equal, where, from, before };
  };
  if (transaction_id !== undefined) return by({ project_id: projectId, transaction_id });
  if (customer_row_id !== undefined)
    return by(operation_type ? { customer_row_id, operation_type } : { customer_row_id });
  if (wallet !== undefined) return by({ project_id: projectId, wallet });
  return by(operation_type ? { project_id: projectId, operation_type } : { project_id: projectId });
}

const INDICES: Readonly<Record<string, string>> = {
  'project_id,transaction_id': 'ledger_entries_transaction',
  customer_row_id: 'ledger_entries_customer',
  'customer_row_id,operation_type': 'ledger_entries_customer_type',
  'project_id,wallet': 'ledger_entries_wallet',
  'project_id,operation_type': 'ledger_entries_type',
  project_id: 'ledger_entries_project',
};

function equals(column: string, value: string): Condition {
  return { sql: `+t.${column} = ?`, parameters: [value] };
}
