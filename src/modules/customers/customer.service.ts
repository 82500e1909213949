import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../kernel/context/request-context.js';
import { isUniqueViolation, orIfTaken } from '../../kernel/database/database-errors.js';
import { newId } from '../../kernel/database/ids.js';
import { StaleRead } from '../../kernel/database/stale-read.js';
import { AppError } from '../../kernel/errors/app-error.js';
import { defineTarget } from '../../kernel/event-log/targets.js';
import { decodeCursor, type Page, paginate } from '../../kernel/http/pagination.js';
import { searchedText } from '../../kernel/text/search.js';
import {
  type CreateCustomer,
  type Customer,
  type ListCustomers,
  type ListedCustomer,
  toCustomer,
  toListedCustomer,
  type UpdateCustomer,
} from './customer.dto.js';
import type { CustomerEntity } from './customer.entity.js';
import { CustomerRepository } from './customer.repository.js';
import { CustomerWallets } from './customer-wallets.js';

/** A customer as other modules refer to it: the row's id, and what the project calls it. */
export type CustomerRef = Pick<CustomerEntity, 'id' | 'project_id' | 'customer_id' | 'name'>;

/** Customers of projects. What they have is in the ledger. */
@Injectable()
export class CustomerService {
  constructor(
    private readonly customers: CustomerRepository,
    private readonly wallets: CustomerWallets,
  ) {}

  /** @throws AppError `customer_exists` */
  async create(ctx: RequestContext, projectId: string, input: CreateCustomer): Promise<Customer> {
    const customer = newCustomer(projectId, input.customer_id, input);
    await orIfTaken(this.customers.insert(ctx, customer), () => new AppError('customer_exists'));
    ctx.audit.change(customerTarget(customer), null, known(customer));
    return this.withCredit(ctx, customer);
  }

  /**
   * Changes what is given of a customer; what is null becomes empty, and metadata is replaced as a whole.
   * @throws AppError `customer_not_found`
   */
  async update(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    input: UpdateCustomer,
  ): Promise<Customer> {
    const before = await this.lock(ctx, projectId, customerId);
    const after = {
      ...before,
      ...input,
      metadata: (input.metadata === undefined ? before.metadata : input.metadata) ?? {},
    };
    const { name, email, metadata } = after;
    const search_text = searchTextOf(after);
    if (Object.keys(input).length)
      await this.customers.update(ctx, before.id, { name, email, metadata, search_text });
    ctx.audit.change(customerTarget(after), known(before), known(after));
    return this.withCredit(ctx, after);
  }

  /** @throws AppError `customer_not_found` */
  async get(ctx: RequestContext, projectId: string, customerId: string): Promise<Customer> {
    return this.withCredit(ctx, await this.existing(ctx, projectId, customerId));
  }

  async list(ctx: RequestContext, projectId: string, query: ListCustomers): Promise<Page<ListedCustomer>> {
    const rows = await this.customers.list(ctx, projectId, query, decodeCursor(query.cursor));
    const total = await this.customers.total(ctx, projectId, query.q);
    const shown = rows.slice(0, query.limit).map(({ id }) => id);
    const credit = await this.wallets.of(ctx, shown, new Date());
    return paginate(rows, query.limit, total, row => toListedCustomer(row, credit.get(row.id)!));
  }

  /** @throws AppError `customer_not_found` */
  async existing(ctx: RequestContext, projectId: string, customerId: string): Promise<CustomerEntity> {
    return found(await this.customers.find(ctx, projectId, customerId));
  }

  /** The customer, or null. */
  find(ctx: RequestContext, projectId: string, customerId: string): Promise<CustomerEntity | null> {
    return this.customers.find(ctx, projectId, customerId);
  }

  /** The customer, kept as it is by others until the unit of work ends. @throws AppError `customer_not_found` */
  async lock(ctx: RequestContext, projectId: string, customerId: string): Promise<CustomerEntity> {
    return found(await this.customers.lock(ctx, projectId, customerId));
  }

  /**
   * The customer, locked, and made when there is none; what is known of it is used only then.
   * @throws StaleRead when another made it at the same moment
   */
  async lockOrCreate(
    ctx: RequestContext,
    projectId: string,
    customerId: string,
    input: UpdateCustomer,
  ): Promise<{ customer: CustomerEntity; created: boolean }> {
    const present = await this.customers.lock(ctx, projectId, customerId);
    if (present) return { customer: present, created: false };
    const customer = newCustomer(projectId, customerId, input);
    try {
      await this.customers.insert(ctx, customer);
    } catch (error) {
      throw isUniqueViolation(error) ? new StaleRead('the customer') : error;
    }
    return { customer, created: true };
  }

  /** The customer of a row that is known to exist. */
  async byRow(ctx: RequestContext, projectId: string, rowId: string): Promise<CustomerEntity> {
    return found(await this.customers.byRow(ctx, projectId, rowId));
  }

  /** What projects call some customers, by the ids of their rows. */
  names(ctx: RequestContext, projectId: string, rowIds: string[]): Promise<Map<string, string>> {
    return this.customers.names(ctx, projectId, rowIds);
  }

  private async withCredit(ctx: RequestContext, customer: CustomerEntity): Promise<Customer> {
    const credit = await this.wallets.of(ctx, [customer.id], new Date());
    return toCustomer(customer, credit.get(customer.id)!);
  }
}

function found(customer: CustomerEntity | null): CustomerEntity {
  if (!customer) throw new AppError('customer_not_found');
  return customer;
}

function newCustomer(projectId: string, customerId: string, input: UpdateCustomer): CustomerEntity {
  const { name = null, email = null, metadata } = input;
  const customer = { customer_id: customerId, name, email };
  return {
    id: newId('cus'),
    project_id: projectId,
    ...customer,
    metadata: metadata ?? {},
    search_text: searchTextOf(customer),
    created_at: new Date(),
  };
}

function searchTextOf({
  customer_id,
  name,
  email,
}: Pick<CustomerEntity, 'customer_id' | 'name' | 'email'>): string {
  return searchedText([customer_id, name, email].filter(Boolean).join(' '));
}

/** What the event log tells of a customer. */
export function known({ name, email, metadata }: CustomerEntity) {
  return { name, email, metadata };
}

const target = defineTarget('customer', { name: ['customer.name'], id: ['customer.id'] });

/** How a customer stands in the event log: by the project's own id. */
export function customerTarget({ customer_id, name }: Pick<CustomerEntity, 'customer_id' | 'name'>) {
  return target(customer_id, name);
}
