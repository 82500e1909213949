import { z } from 'zod';
import { coded } from '../../kernel/http/coded.js';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { instant, like, longText } from '../../kernel/http/schemas.js';
import type { CustomerEntity } from './customer.entity.js';
import { accounts, balance, type CustomerCredit, wallets } from './customer-credit.js';
import { customerId } from './customer-id.js';

export const Customer = z
  .object({
    id: like('user_42'),
    name: like('Grace Hopper').nullable(),
    email: like('grace@example.com').nullable(),
    metadata: z.record(z.string(), z.unknown()).describe('Returned as it was given.'),
    balance,
    accounts,
    wallets,
    created_at: instant,
  })
  .meta({ id: 'Customer' });
export type Customer = z.infer<typeof Customer>;

export const ListedCustomer = Customer.omit({ accounts: true, wallets: true }).meta({
  id: 'ListedCustomer',
  'x-resource': 'customer',
});
export type ListedCustomer = z.infer<typeof ListedCustomer>;

export const CustomerPage = pageOf(ListedCustomer, 'CustomerPage');

/** What a customer is known by besides its id. */
export const customerFields = {
  name: longText(200).nullable().optional(),
  email: longText(254).nullable().optional(),
  metadata: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .meta({ examples: [{ plan: 'pro' }] }),
};

export const CreateCustomer = z.strictObject({ customer_id: customerId, ...customerFields }).meta({
  id: 'CreateCustomer',
  examples: [{ customer_id: 'user_42', name: 'Grace Hopper', metadata: { plan: 'pro' } }],
});
export type CreateCustomer = z.output<typeof CreateCustomer>;

export const UpdateCustomer = z
  .strictObject(customerFields)
  .meta({ id: 'UpdateCustomer', examples: [{ metadata: { plan: 'team' } }] });
export type UpdateCustomer = z.output<typeof UpdateCustomer>;

const { limit, cursor } = listQuery();
/** `limit` where clients know its own code. */
export const codedLimit = (schema: typeof limit) => coded(schema, 'invalid_limit');

const listCustomers = { limit: codedLimit(limit), cursor, q: searchQuery };
/** For clients of the billing routes, which ignore what they do not know. */
export const ListCustomers = z.object(listCustomers);
export type ListCustomers = z.output<typeof ListCustomers>;

export const ListProjectCustomers = z.strictObject(listCustomers);
export type ListProjectCustomers = z.output<typeof ListProjectCustomers>;

export function toListedCustomer(row: CustomerEntity, { balance: sum }: CustomerCredit): ListedCustomer {
  const { customer_id: id, name, email, created_at } = row;
  const metadata = row.metadata as Record<string, unknown>;
  return { id, name, email, metadata, balance: sum, created_at: created_at.toISOString() };
}

export function toCustomer(row: CustomerEntity, credit: CustomerCredit): Customer {
  const { created_at, ...listed } = toListedCustomer(row, credit);
  return { ...listed, accounts: credit.accounts, wallets: credit.wallets, created_at };
}
