import { z } from 'zod';
import { coded } from '../../kernel/http/coded.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { anyInstant, id, instant, like, longText, toWire } from '../../kernel/http/schemas.js';
import { codedLimit } from '../customers/customer.dto.js';
import { customerId, externalId } from '../customers/customer-id.js';
import type { EntitlementEntity, EntitlementEventEntity } from './entitlement.entity.js';

export const ENTITLEMENT_EVENT_TYPES = ['SET', 'REMOVE'] as const;

const featureKey = coded(externalId('max_projects'), 'feature_key_required');
/** From 1970 on: what came before, some databases cannot tell. */
const moment = () => anyInstant.refine(value => value >= '1970').nullish();

export const SetEntitlement = z
  .object({
    customer_id: customerId,
    feature_key: featureKey,
    value: coded(
      z
        .unknown()
        .describe('A string.')
        .meta({ type: 'string', examples: ['25'] }),
      'value_required',
    ),
    valid_from: coded(moment(), 'invalid_valid_from'),
    valid_until: coded(moment(), 'invalid_valid_until'),
    source: z
      .string()
      .min(1)
      .max(100)
      .nullish()
      .meta({ examples: ['plan'] }),
    description: longText(1_000).nullish(),
    metadata: coded(z.record(z.string(), z.unknown()).nullish(), 'entitlement_validation_error'),
  })
  .meta({
    id: 'SetEntitlement',
    examples: [{ customer_id: 'user_42', feature_key: 'max_projects', value: '25', source: 'plan' }],
  });
export type SetEntitlement = z.output<typeof SetEntitlement>;

const fields = {
  entitlement_id: id('ent'),
  feature_key: like('max_projects'),
  value: like('25'),
  valid_from: instant.nullable(),
  valid_until: instant.nullable(),
  source: like('plan').nullable(),
  description: like('Team plan').nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable().describe('Returned as it was given.'),
};

export const Entitlement = z.object(fields).meta({ id: 'Entitlement' });
export type Entitlement = z.infer<typeof Entitlement>;

/** What shows an attribute of an entitlement under another name is hidden with it. */
const alsoOf = (field: keyof Entitlement) => ({ 'x-also-attribute': `entitlement.${field}` });
const earlier = (example: string) => like(example).nullable().meta(alsoOf('value'));

export const EntitlementSet = z
  .object({ ...fields, is_created: z.boolean(), old_value: earlier('10') })
  .meta({ id: 'EntitlementSet', 'x-resource': 'entitlement' });
export type EntitlementSet = z.infer<typeof EntitlementSet>;

export const FoundEntitlement = z
  .object({ entitlement: Entitlement.nullable().describe('Null when there is none, or none any more.') })
  .meta({ id: 'FoundEntitlement', 'x-resource': 'entitlement' });
export type FoundEntitlement = z.infer<typeof FoundEntitlement>;

const Listed = z
  .object({ ...fields, is_active: z.boolean().describe('Whether it is valid now.') })
  .meta({ id: 'ListedEntitlement', 'x-resource': 'entitlement' });
export const Entitlements = z
  .object({ items: z.array(Listed) })
  .meta({ id: 'Entitlements', 'x-resource': 'entitlement' });
export type Entitlements = z.infer<typeof Entitlements>;

export const ListEntitlements = z.object({
  feature_keys: z.string().max(10_000).optional().describe('Separated by commas.'),
  include_expired: z.enum(['true', 'false']).optional(),
});
export type ListEntitlements = z.output<typeof ListEntitlements>;

export const RemoveEntitlement = z
  .object({ customer_id: customerId, feature_key: featureKey })
  .meta({ id: 'RemoveEntitlement', examples: [{ customer_id: 'user_42', feature_key: 'max_projects' }] });
export type RemoveEntitlement = z.output<typeof RemoveEntitlement>;

export const EntitlementRemoved = z
  .object({ removed: z.boolean(), old_value: earlier('25') })
  .meta({ id: 'EntitlementRemoved', 'x-resource': 'entitlement' });
export type EntitlementRemoved = z.infer<typeof EntitlementRemoved>;

const { limit, cursor } = listQuery();
export const ListEntitlementEvents = z.object({
  limit: codedLimit(limit),
  cursor,
  feature_key: z.string().max(510).optional(),
  types: z.string().max(100).optional().describe('Separated by commas: SET, REMOVE.'),
  from_at: coded(anyInstant.optional(), 'invalid_from_at'),
  to_at: coded(anyInstant.optional(), 'invalid_to_at'),
});
export type ListEntitlementEvents = z.output<typeof ListEntitlementEvents>;

export const EntitlementEvent = z
  .object({
    id: id('ene'),
    feature_key: like('max_projects').meta(alsoOf('feature_key')),
    type: z.enum(ENTITLEMENT_EVENT_TYPES),
    old_value: earlier('10'),
    new_value: earlier('25'),
    source: like('plan').nullable().meta(alsoOf('source')),
    description: like('Team plan').nullable().meta(alsoOf('description')),
    created_at: instant,
  })
  .meta({ id: 'EntitlementEvent' });
export type EntitlementEvent = z.infer<typeof EntitlementEvent>;

export const EntitlementEventPage = pageOf(EntitlementEvent, 'EntitlementEventPage');

export function toEntitlement(row: EntitlementEntity): Entitlement {
  return {
    entitlement_id: row.id,
    feature_key: row.feature_key,
    value: row.value,
    valid_from: toWire(row.valid_from),
    valid_until: toWire(row.valid_until),
    source: row.source,
    description: row.description,
    metadata: row.metadata as Record<string, unknown> | null,
  };
}

export function toEntitlementEvent(row: EntitlementEventEntity): EntitlementEvent {
  const { id: eventId, feature_key, type, old_value, new_value, source, description, created_at } = row;
  return {
    ...{ id: eventId, feature_key, type, old_value, new_value, source, description },
    created_at: created_at.toISOString(),
  };
}
