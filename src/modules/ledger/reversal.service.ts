import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { isUniqueViolation } from '../../kernel/database/database-errors.js';
import { AppError, invalidField } from '../../kernel/errors/app-error.js';
import { CustomerService, customerTarget } from '../customers/customer.service.js';
import { type Account, availableIn, hasEnded } from './account.js';
import { AccountRepository } from './account.repository.js';
import { creditOf } from './balances.js';
import { Books } from './books.service.js';
import type { EntryEntity } from './entry.entity.js';
import { EntryRepository } from './entry.repository.js';
import { type ProjectLedgerEntry, toProjectLedgerEntry } from './ledger.dto.js';
import { add, changesOf, expire, giveBackUse, type Movement, takeBackGrant } from './movements.js';
import type { ReverseEntry } from './project-ledger.dto.js';
import { shortage } from './selection.js';
import { SettlementService } from './settlement.service.js';

/** Takes deposits and deductions back, by entries of their own. */
@Injectable()
export class ReversalService {
  constructor(
    private readonly customers: CustomerService,
    private readonly accounts: AccountRepository,
    private readonly entries: EntryRepository,
    private readonly settlement: SettlementService,
    private readonly books: Books,
  ) {}

  /**
   * Reverses a GRANT or a CONSUME once, wholly or in part; the new entry is answered.
   * @throws AppError `not_found`, `invalid_transition`, `already_reversed`, `insufficient_balance`,
   *   `confirmation_required`
   */
  async reverse(
    ctx: RequestContext,
    projectId: string,
    entryId: string,
    input: ReverseEntry,
  ): Promise<ProjectLedgerEntry> {
    const entry = await this.reversible(ctx, projectId, entryId);
    const amount = input.amount ?? entry.amount;
    if (amount > entry.amount)
      throw invalidField(
        'amount',
        `must be at most ${entry.amount}`,
        "Send no more than the entry's amount.",
      );
    const customer = await this.customers.byRow(ctx, projectId, entry.customer_row_id);
    const now = new Date();
    await this.settlement.settleCustomer(customer.id, now);
    if (!input.confirm) await this.show(ctx, entry, amount, now);
    const account = (await this.accounts.lock(ctx, entry.account_id))!;
    const { wallet, source } = account;
    const operation = {
      ...{ customer, transactionId: entry.transaction_id, businessType: entry.business_type },
      ...{ description: input.reason, reversesId: entry.id },
    };
    const [reversal] = await this.post(ctx, operation, movementsOf(entry, account, amount, now));
    const facts = { reverses_id: entry.id, operation_type: entry.operation_type, amount, wallet, source };
    ctx.audit.because(input.reason).change(customerTarget(customer), null, facts);
    return toProjectLedgerEntry(reversal!, customer.customer_id);
  }

  private async reversible(ctx: RequestContext, projectId: string, id: string): Promise<EntryEntity> {
    const entry = await this.entries.find(ctx, projectId, id);
    if (!entry) throw new AppError('not_found');
    if (entry.operation_type !== 'GRANT' && entry.operation_type !== 'CONSUME')
      throw new AppError('invalid_transition', { message: 'Only a GRANT or a CONSUME can be reversed.' });
    if (await this.entries.findReversal(ctx, projectId, id)) throw new AppError('already_reversed');
    return entry;
  }

  /** @throws AppError `confirmation_required` with what the customer has, and would have; `insufficient_balance` */
  private async show(ctx: RequestContext, entry: EntryEntity, amount: number, now: Date): Promise<never> {
    const accounts = await this.accounts.ofCustomers(ctx, [entry.customer_row_id]);
    const account = accounts.find(({ id }) => id === entry.account_id)!;
    const change = changesOf(movementsOf(entry, account, amount, now)).get(account)!;
    const changed = accounts.map(one => (one === account ? { ...one, ...add(one, change) } : one));
    const before = creditOf(accounts, now).balance;
    const after = creditOf(changed, now).balance;
    throw new AppError('confirmation_required', { details: { before, after } });
  }

  private async post(
    ctx: RequestContext,
    operation: Parameters<Books['post']>[1],
    movements: Movement[],
  ): Promise<EntryEntity[]> {
    try {
      return await this.books.post(ctx, operation, movements);
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('already_reversed') : error;
    }
  }
}

/** @throws AppError `insufficient_balance` when what was granted has been spent */
function movementsOf(entry: EntryEntity, account: Account, amount: number, now: Date): Movement[] {
  if (entry.operation_type === 'CONSUME') {
    const back = giveBackUse({ account, amount });
    // What returns to an account that has ended expires at once.
    return hasEnded(account, now) ? [back, expire({ account, amount })] : [back];
  }
  const available = availableIn(account);
  if (available < amount) throw shortage({ by: 'wallet', wallets: [account.wallet] }, amount, available);
  return [takeBackGrant({ account, amount })];
}
