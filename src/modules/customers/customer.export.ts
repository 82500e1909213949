import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { inPieces } from '../../kernel/database/pieces.js';
import { type Dataset, type ExportQuery, idRangeOf } from '../../kernel/facets/exports.js';
import { ListedCustomer, toListedCustomer } from './customer.dto.js';
import type { CustomerEntity } from './customer.entity.js';
import { CustomerRepository } from './customer.repository.js';
import { CustomerWallets } from './customer-wallets.js';

/** Customers as exports have them: as lists show them, with what each has when its row is written; oldest first. */
@Injectable()
export class CustomerExport implements Dataset<ListedCustomer> {
  readonly permission = 'customers:read';
  readonly row = ListedCustomer;
  readonly ranged = true;

  constructor(
    private readonly customers: CustomerRepository,
    private readonly wallets: CustomerWallets,
  ) {}

  count(ctx: RequestContext, query: ExportQuery): Promise<number> {
    return this.customers.countBetween(ctx, query.projectId, idRangeOf('cus', query));
  }

  async *rows(ctx: RequestContext, query: ExportQuery): AsyncGenerator<ListedCustomer[]> {
    const range = idRangeOf('cus', query);
    const pieces = inPieces<CustomerEntity, string>(
      (after, limit) => this.customers.following(ctx, query.projectId, range, after, limit),
      ({ id }) => id,
    );
    for await (const piece of pieces) {
      const credit = await this.wallets.of(
        ctx,
        piece.map(({ id }) => id),
        new Date(),
      );
      yield piece.map(row => toListedCustomer(row, credit.get(row.id)!));
    }
  }
}
