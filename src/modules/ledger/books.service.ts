import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { Database } from '../../kernel/database/database.js';
import { newId, newIdAt, timeOfId } from '../../kernel/database/ids.js';
import type { CustomerRef } from '../customers/customer.service.js';
import type { Account } from './account.js';
import { AccountRepository } from './account.repository.js';
import type { BusinessType } from './billing.dto.js';
import type { EntryEntity } from './entry.entity.js';
import { EntryRepository } from './entry.repository.js';
import { changesOf, type Movement } from './movements.js';

/** What the entries of one operation have in common. */
export interface Operation {
  readonly customer: Pick<CustomerRef, 'id' | 'project_id'>;
  readonly transactionId?: string | null;
  readonly businessType?: BusinessType;
  readonly description?: string | null;
  readonly reversesId?: string;
}

/** Keeps the books: nothing moves without its entry, and every entry moves what it says. */
@Injectable()
export class Books {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountRepository,
    private readonly entries: EntryRepository,
  ) {}

  /**
   * Writes the entries of an operation at once, and changes the accounts at the very end of the unit of work: others
   * may be waiting for their rows. Answers the entries.
   * @throws StaleRead, at the end, when an account has changed so that it cannot be done
   */
  async post(
    ctx: RequestContext,
    operation: Operation,
    movements: readonly Movement[],
  ): Promise<EntryEntity[]> {
    const entries = movements.map(movement => entryOf(operation, movement));
    if (entries.length === 0) return entries;
    await this.entries.insert(ctx, entries);
    this.database.writeLast(ctx, () => this.accounts.change(ctx, changesOf(movements)));
    return entries;
  }

  /**
   * Closes an account that has ended, after whatever was posted to it.
   * @throws StaleRead, at the end, when another has closed it
   */
  async close(ctx: RequestContext, { id }: Account): Promise<void> {
    await this.database.write(ctx);
    this.database.writeLast(ctx, () => this.accounts.close(ctx, id));
  }
}

function entryOf(operation: Operation, { type, account, amount, change, at }: Movement): EntryEntity {
  const {
    customer,
    transactionId = null,
    businessType = 'UNDEFINED',
    description = null,
    reversesId = null,
  } = operation;
  const id = at ? newIdAt('led', at) : newId('led');
  return {
    id,
    project_id: customer.project_id,
    customer_row_id: customer.id,
    account_id: account.id,
    operation_type: type,
    amount,
    total_change: change.total,
    used_change: change.used,
    frozen_change: change.frozen,
    expired_change: change.expired,
    wallet: account.wallet,
    source: account.source,
    transaction_id: transactionId,
    business_type: businessType,
    description,
    // What returns to an account that has ended leaves a second entry, for its end.
    reverses_id: type === 'REVERSE' ? reversesId : null,
    // The very time that the id tells: what the ledger has of a time is found by its ids.
    created_at: new Date(timeOfId(id)),
  };
}
