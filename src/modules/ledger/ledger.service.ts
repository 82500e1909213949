import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { firstIdAt } from '../../kernel/database/ids.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { CustomerService } from '../customers/customer.service.js';
import { type EntryFilter, EntryRepository } from './entry.repository.js';
import {
  type CustomerLedger,
  type LedgerEntry,
  type ProjectCustomerLedger,
  type ProjectLedger,
  type ProjectLedgerEntry,
  toLedgerEntry,
  toProjectLedgerEntry,
} from './ledger.dto.js';

type Query = Omit<ProjectCustomerLedger, 'limit'>;

/** Shows the ledger. */
@Injectable()
export class LedgerService {
  constructor(
    private readonly customers: CustomerService,
    private readonly entries: EntryRepository,
  ) {}

  /** One customer's entries, newest first. @throws AppError `customer_not_found`, `invalid_cursor` */
  async ofCustomer(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    query: CustomerLedger | ProjectCustomerLedger,
  ): Promise<Page<LedgerEntry>> {
    const { id } = await this.customers.existing(ctx, projectId, customerId);
    const { rows, total } = await this.find(ctx, projectId, query, id);
    return paginate(rows, query.limit, total, toLedgerEntry);
  }

  /** A project's entries, newest first. @throws AppError `customer_not_found`, `invalid_cursor` */
  async ofProject(
    ctx: RequestContext,
    projectId: string,
    query: ProjectLedger,
  ): Promise<Page<ProjectLedgerEntry>> {
    const { customer_id: customerId } = query;
    const customer =
      customerId === undefined ? undefined : await this.customers.existing(ctx, projectId, customerId);
    const { rows, total } = await this.find(ctx, projectId, query, customer?.id);
    const ids = rows.map(row => row.customer_row_id);
    const names = customer
      ? new Map([[customer.id, customer.customer_id]])
      : await this.customers.names(ctx, projectId, ids);
    return paginate(rows, query.limit, total, row =>
      toProjectLedgerEntry(row, names.get(row.customer_row_id)!),
    );
  }

  private async find(
    ctx: RequestContext,
    projectId: string,
    query: Query & { limit: number },
    customer?: string,
  ) {
    const { limit, cursor, from, to, operation_type, transaction_id, wallet, source } = query;
    const filter: EntryFilter = {
      ...{ customer_row_id: customer, operation_type, transaction_id, wallet, source },
      from: from ? firstIdAt('led', new Date(from)) : null,
      before: to ? firstIdAt('led', new Date(to)) : null,
    };
    const after = decodeCursor(cursor);
    const before = after && (!filter.before || after < filter.before) ? after : filter.before;
    const rows = await this.entries.list(ctx, projectId, { ...filter, before }, limit + 1);
    return { rows, total: await this.entries.total(ctx, projectId, filter) };
  }
}
