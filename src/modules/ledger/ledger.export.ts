import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { inPieces } from '../../kernel/database/pieces.js';
import { type Dataset, type ExportQuery, idRangeOf } from '../../kernel/facets/exports.js';
import { CustomerService } from '../customers/customer.service.js';
import type { EntryEntity } from './entry.entity.js';
import { EntryRepository } from './entry.repository.js';
import { ProjectLedgerEntry, toProjectLedgerEntry } from './ledger.dto.js';

/** The ledger as exports have it: its entries as the project's ledger shows them, oldest first. */
@Injectable()
export class LedgerExport implements Dataset<ProjectLedgerEntry> {
  readonly permission = 'billing:read';
  readonly row = ProjectLedgerEntry;
  readonly ranged = true;

  constructor(
    private readonly entries: EntryRepository,
    private readonly customers: CustomerService,
  ) {}

  count(ctx: RequestContext, query: ExportQuery): Promise<number> {
    return this.entries.countBetween(ctx, query.projectId, idRangeOf('led', query));
  }

  async *rows(ctx: RequestContext, query: ExportQuery): AsyncGenerator<ProjectLedgerEntry[]> {
    const range = idRangeOf('led', query);
    const pieces = inPieces<EntryEntity, string>(
      (after, limit) => this.entries.following(ctx, query.projectId, range, after, limit),
      ({ id }) => id,
    );
    for await (const piece of pieces) {
      const ids = piece.map(row => row.customer_row_id);
      const names = await this.customers.names(ctx, query.projectId, ids);
      yield piece.map(row => toProjectLedgerEntry(row, names.get(row.customer_row_id)!));
    }
  }
}
