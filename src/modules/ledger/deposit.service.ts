import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { newId } from '../../kernel/database/ids.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { toWire } from '../../kernel/http/schemas.js';
import { CustomerService, customerTarget, known } from '../customers/customer.service.js';
import { idempotencyKeyFrom } from '../customers/idempotency-header.js';
import { type Account, isActive, MOST } from './account.js';
import { AccountRepository, windowKey } from './account.repository.js';
import type { Deposit, DepositAnswer } from './billing.dto.js';
import { Books } from './books.service.js';
import { grant } from './movements.js';
import { fingerprintOf, type OperationName, OperationRepository } from './operation.repository.js';

type Window = Pick<Account, 'starts_at' | 'expires_at'>;

/** Gives customers credit. */
@Injectable()
export class DepositService {
  constructor(
    private readonly customers: CustomerService,
    private readonly accounts: AccountRepository,
    private readonly operations: OperationRepository,
    private readonly books: Books,
  ) {}

  /**
   * Adds credit to a wallet, once for each idempotency key, wherever it stands (`header`: that of HTTP); makes the
   * customer when there is none.
   * @throws AppError `invalid_datetime_range`, `amount_must_be_positive`, `transaction_conflict`,
   *   `invalid_idempotency_key`
   */
  async deposit(
    ctx: RequestContext,
    projectId: string,
    input: Deposit,
    header?: string,
  ): Promise<DepositAnswer> {
    const wallet = input.wallet ?? input.credit_type ?? 'default';
    const source = input.source ?? 'default';
    const reference = input.idempotency_key ?? idempotencyKeyFrom(header);
    const name: OperationName | null =
      reference === null
        ? null
        : {
            ...{ projectId, kind: 'DEPOSIT', reference },
            fingerprint: fingerprintOf(input.customer_id, input.amount, wallet, source),
          };
    const first = name && (await this.operations.answerTo<DepositAnswer>(ctx, name));
    if (first) {
      ctx.audit.nothing();
      return { ...first, is_idempotent_replay: true };
    }
    const now = new Date();
    const window = windowOf(input, now);
    // The customer's row, so that deposits to one customer come one after the other: their total has a bound.
    const { customer, created } = await this.customers.lockOrCreate(ctx, projectId, input.customer_id, input);
    const present = created ? [] : await this.accounts.ofCustomers(ctx, [customer.id]);
    refuseBeyond(present, input.amount);
    const account =
      present.find(
        one => one.wallet === wallet && one.source === source && windowKey(one) === windowKey(window),
      ) ??
      (await this.open(ctx, projectId, { customer_row_id: customer.id, wallet, source, ...window }, now));
    const counted = [
      ...present.filter(one => one !== account),
      { ...account, total: account.total + input.amount },
    ];
    const [entry] = await this.books.post(ctx, { customer, description: input.description }, [
      grant({ account, amount: input.amount }),
    ]);
    const answer: DepositAnswer = {
      customer_id: customer.customer_id,
      account_id: account.id,
      wallet,
      source,
      credit_type: wallet,
      total_amount: counted
        .filter(one => one.wallet === wallet && isActive(one, now))
        .reduce((sum, { total }) => sum + total, 0),
      added_amount: input.amount,
      starts_at: toWire(window.starts_at),
      expires_at: toWire(window.expires_at),
      record_id: entry!.id,
      is_idempotent_replay: false,
    };
    if (name) await this.operations.insert(ctx, name, answer, now);
    const { amount, description = null } = input;
    const { starts_at, expires_at } = answer;
    const done = { amount, wallet, source, starts_at, expires_at, idempotency_key: reference, description };
    ctx.audit.change(customerTarget(customer), null, { ...done, record_id: entry!.id });
    if (created) ctx.audit.effect('customer.created', customerTarget(customer), null, known(customer));
    return answer;
  }

  private async open(
    ctx: RequestContext,
    projectId: string,
    which: Pick<Account, 'customer_row_id' | 'wallet' | 'source'> & Window,
    now: Date,
  ): Promise<Account> {
    const account = { id: newId('acc'), ...which, total: 0, used: 0, frozen: 0, expired: 0, swept: false };
    await this.accounts.insert(ctx, projectId, account, now);
    return account;
  }
}

/** @throws AppError `invalid_datetime_range` */
function windowOf({ starts_at, expires_at }: Pick<Deposit, 'starts_at' | 'expires_at'>, now: Date): Window {
  const [start, end] = [starts_at, expires_at].map(value => (value ? new Date(value) : null)) as [
    Date | null,
    Date | null,
  ];
  if (end && (end <= now || (start && end <= start)))
    throw new AppError('invalid_datetime_range', { param: 'expires_at' });
  return { starts_at: start, expires_at: end };
}

/** Every sum of a customer's figures stays exact while all that was ever granted does. */
function refuseBeyond(accounts: readonly Account[], amount: number): void {
  const total = accounts.reduce((sum, account) => sum + account.total, 0);
  if (amount > MOST - total) throw new AppError('amount_must_be_positive', { param: 'amount' });
}
