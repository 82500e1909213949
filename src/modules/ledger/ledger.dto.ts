import { z } from 'zod';
import { coded } from '../../kernel/http/coded.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { anyInstant, id, instant, like } from '../../kernel/http/schemas.js';
import { codedLimit } from '../customers/customer.dto.js';
import { businessType } from './billing.dto.js';
import type { EntryEntity } from './entry.entity.js';
import { OPERATION_TYPES } from './movements.js';

export const LedgerEntry = z
  .object({
    id: id('led'),
    operation_type: z.enum(OPERATION_TYPES),
    amount: z.number().int(),
    wallet: like('default'),
    source: like('default'),
    credit_type: like('default').describe('The wallet.'),
    transaction_id: like('order-1001').nullable(),
    business_type: businessType,
    description: like('4,096 tokens').nullable(),
    account_id: id('acc'),
    status: z.literal('COMPLETED'),
    created_at: instant.describe('When it took effect.'),
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const LedgerEntryPage = pageOf(LedgerEntry, 'LedgerEntryPage');

export const ProjectLedgerEntry = LedgerEntry.extend({
  customer_id: like('user_42'),
  reverses_id: id('led').nullable().describe('The entry that it takes back.'),
}).meta({ id: 'ProjectLedgerEntry', 'x-resource': 'ledger_entry' });
export type ProjectLedgerEntry = z.infer<typeof ProjectLedgerEntry>;

export const ProjectLedgerEntryPage = pageOf(ProjectLedgerEntry, 'ProjectLedgerEntryPage');

const { limit, cursor } = listQuery({ default: 20 });
const filters = {
  limit: codedLimit(limit),
  cursor,
  operation_type: coded(z.enum(OPERATION_TYPES).optional(), 'invalid_operation_type'),
  transaction_id: z.string().max(510).optional(),
};

/** For clients of the billing routes, which ignore what they do not know. */
export const CustomerLedger = z.object(filters);
export type CustomerLedger = z.output<typeof CustomerLedger>;

const furtherFilters = {
  wallet: z.string().max(200).optional(),
  source: z.string().max(200).optional(),
  from: anyInstant.optional(),
  to: anyInstant.optional(),
};

export const ProjectCustomerLedger = z.strictObject({ ...filters, ...furtherFilters });
export type ProjectCustomerLedger = z.output<typeof ProjectCustomerLedger>;

export const ProjectLedger = z.strictObject({
  ...filters,
  customer_id: z.string().max(510).optional().describe('Your own id of a customer.'),
  ...furtherFilters,
});
export type ProjectLedger = z.output<typeof ProjectLedger>;

export function toLedgerEntry(row: EntryEntity): LedgerEntry {
  return {
    id: row.id,
    operation_type: row.operation_type,
    amount: row.amount,
    wallet: row.wallet,
    source: row.source,
    credit_type: row.wallet,
    transaction_id: row.transaction_id,
    business_type: row.business_type,
    description: row.description,
    account_id: row.account_id,
    status: 'COMPLETED',
    created_at: row.created_at.toISOString(),
  };
}

export function toProjectLedgerEntry(row: EntryEntity, customerId: string): ProjectLedgerEntry {
  return { ...toLedgerEntry(row), customer_id: customerId, reverses_id: row.reverses_id };
}
