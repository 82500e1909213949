import { z } from 'zod';
import { coded } from '../../kernel/http/coded.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { anyInstant, id, instant, like, longText } from '../../kernel/http/schemas.js';
import { codedLimit } from '../customers/customer.dto.js';
import { customerId, externalId } from '../customers/customer-id.js';
import type { SlotEventEntity, SlotEventType, SlotPoolEntity } from './slot.entity.js';

export const SLOT_EVENT_TYPES = [
  'GRANT_CAPACITY',
  'REVOKE_CAPACITY',
  'CLAIM',
  'RELEASE',
] as const satisfies SlotEventType[];

const name = (example: string) =>
  z
    .string()
    .min(1)
    .max(100)
    .meta({ examples: [example] });
const wallet = coded(name('seats'), 'wallet_required');
const resource = coded(externalId('seat-7'), 'resource_id_required');
const amount = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const description = longText(1_000).nullish();
const source = name('plan').nullish();
const count = z.number().int();

const pool = {
  pool_id: id('slp'),
  wallet: like('seats'),
  source: like('plan'),
  capacity: count,
  in_use: count,
  available: count,
  status: z.enum(['ACTIVE', 'SUSPENDED']).describe('`SUSPENDED` once all of its capacity is revoked.'),
};
const replay = z.boolean().describe('Whether this was done before, and nothing was done now.');

export const SlotPool = z.object({ ...pool, is_idempotent_replay: replay }).meta({ id: 'SlotPool' });
export type SlotPool = z.infer<typeof SlotPool>;

export const HeldSlotPool = z
  .object({ ...pool, is_idempotent_replay: replay, holding_id: id('slh') })
  .meta({ id: 'HeldSlotPool', 'x-resource': 'slot_pool' });
export type HeldSlotPool = z.infer<typeof HeldSlotPool>;

const listed = z.object(pool).meta({ id: 'ListedSlotPool', 'x-resource': 'slot_pool' });
export const SlotPools = z
  .object({ pools: z.array(listed) })
  .meta({ id: 'SlotPools', 'x-resource': 'slot_pool' });
export type SlotPools = z.infer<typeof SlotPools>;

const capacity = {
  customer_id: customerId,
  wallet,
  amount: coded(amount.meta({ examples: [10] }), 'amount_must_be_positive'),
  source: source.describe('`default` unless given.'),
  idempotency_key: externalId('upgrade-7').nullish().describe('Also as the header `Idempotency-Key`.'),
  description,
};
const capacityExample = { customer_id: 'user_42', wallet: 'seats', amount: 10, source: 'plan' };

export const GrantSlots = z.object(capacity).meta({ id: 'GrantSlots', examples: [capacityExample] });
export const RevokeSlots = z
  .object(capacity)
  .meta({ id: 'RevokeSlots', examples: [{ ...capacityExample, amount: 1 }] });
export type ChangeCapacity = z.output<typeof GrantSlots>;

export const ClaimSlots = z
  .object({
    customer_id: customerId,
    wallet,
    resource_id: resource,
    source: source.describe('Any pool of the wallet unless given.'),
    amount: coded(amount.nullish().describe('1 unless given.'), 'amount_must_be_positive'),
    description,
  })
  .meta({ id: 'ClaimSlots', examples: [{ customer_id: 'user_42', wallet: 'seats', resource_id: 'seat-7' }] });
export type ClaimSlots = z.output<typeof ClaimSlots>;

export const ReleaseSlots = z
  .object({ customer_id: customerId, wallet, resource_id: resource, description })
  .meta({
    id: 'ReleaseSlots',
    examples: [{ customer_id: 'user_42', wallet: 'seats', resource_id: 'seat-7' }],
  });
export type ReleaseSlots = z.output<typeof ReleaseSlots>;

export const ListSlotPools = z.object({ wallet: z.string().max(200).optional() });
export type ListSlotPools = z.output<typeof ListSlotPools>;

const { limit, cursor } = listQuery();
export const ListSlotEvents = z.object({
  limit: codedLimit(limit),
  cursor,
  wallet: z.string().max(200).optional(),
  resource_id: z.string().max(510).optional(),
  types: z
    .string()
    .max(200)
    .optional()
    .describe(`Separated by commas: ${SLOT_EVENT_TYPES.join(', ')}.`),
  sources: z.string().max(1_000).optional().describe('Separated by commas.'),
  from_at: coded(anyInstant.optional(), 'invalid_from_at'),
  to_at: coded(anyInstant.optional(), 'invalid_to_at'),
});
export type ListSlotEvents = z.output<typeof ListSlotEvents>;

export const SlotEvent = z
  .object({
    id: id('sle'),
    type: z.enum(SLOT_EVENT_TYPES),
    wallet: like('seats'),
    source: like('plan'),
    amount: count,
    resource_id: like('seat-7').nullable(),
    description: like('Upgrade to ten seats').nullable(),
    idempotency_key: like('upgrade-7').nullable(),
    created_at: instant,
  })
  .meta({ id: 'SlotEvent' });
export type SlotEvent = z.infer<typeof SlotEvent>;

export const SlotEventPage = pageOf(SlotEvent, 'SlotEventPage');

export function toPool(row: SlotPoolEntity): SlotPools['pools'][number] {
  return {
    pool_id: row.id,
    wallet: row.wallet,
    source: row.source,
    capacity: row.capacity,
    in_use: row.in_use,
    available: row.capacity - row.in_use,
    status: row.capacity > 0 ? 'ACTIVE' : 'SUSPENDED',
  };
}

export function toSlotEvent(row: SlotEventEntity): SlotEvent {
  return {
    id: row.id,
    type: row.type,
    wallet: row.wallet,
    source: row.source,
    amount: row.amount,
    resource_id: row.resource_id,
    description: row.description,
    idempotency_key: row.idempotency_key,
    created_at: row.created_at.toISOString(),
  };
}
