import { z } from 'zod';
import type { OrganizationFigure } from '../../kernel/facets/figures.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { id, instant, like, text } from '../../kernel/http/schemas.js';
import type { OrganizationEntity } from './organization.entity.js';

const count = z.number().int();

export const Organization = z
  .object({
    id: id('org'),
    name: like('Acme'),
    owner_id: id('usr'),
    role: z
      .enum(['owner', 'admin', 'member'])
      .nullable()
      .describe('Your role in it; null for platform admins who are not members.'),
    personal: z.boolean().describe("Whether it was created along with its owner's account."),
    project_count: count,
    api_key_count: count,
    customer_count: count,
    created_at: instant,
  })
  .meta({ id: 'Organization' });
export type Organization = z.infer<typeof Organization>;

export const Subscription = z
  .object({
    plan: like('Standard'),
    requests_per_minute: z.number().int(),
    requests_per_day: z.number().int(),
    current: z
      .object({
        minute: z.number().int().describe('Requests in the current minute.'),
        day: z.number().int().describe('Requests today, UTC.'),
        resets_at: instant.describe('When the next day begins.'),
      })
      .describe('How much of it is used.'),
  })
  .describe('The quota that every key of every project of the organization shares.')
  .meta({ id: 'Subscription' });
export type Subscription = z.infer<typeof Subscription>;

export const UpdateSubscription = z
  .strictObject({
    plan: text(100),
    requests_per_minute: z.number().int().min(1).max(1_000_000_000),
    requests_per_day: z.number().int().min(1).max(1_000_000_000_000),
  })
  .partial()
  .meta({ id: 'UpdateSubscription', examples: [{ plan: 'Standard' }] });
export type UpdateSubscription = z.output<typeof UpdateSubscription>;

export const CreateOrganization = z
  .strictObject({ name: text(100, 'Acme') })
  .meta({ id: 'CreateOrganization', examples: [{ name: 'Acme' }] });
export type CreateOrganization = z.output<typeof CreateOrganization>;

export const DeleteOrganization = z
  .strictObject({ confirm: z.string().max(250).optional().describe("The organization's exact name.") })
  .default({})
  .meta({ id: 'DeleteOrganization', examples: [{}] });
export type DeleteOrganization = z.output<typeof DeleteOrganization>;

export const DeletedOrganization = z
  .object({ id: z.string(), deleted: z.literal(true) })
  .meta({ id: 'DeletedOrganization' });

export const ListOrganizations = z.strictObject(listQuery());
export type ListOrganizations = z.output<typeof ListOrganizations>;

export const OrganizationPage = pageOf(Organization, 'OrganizationPage');
export type OrganizationPage = z.infer<typeof OrganizationPage>;

export function toOrganization(
  row: OrganizationEntity,
  role: Organization['role'],
  figures: Partial<Record<OrganizationFigure, number>> = {},
): Organization {
  return {
    id: row.id,
    name: row.name,
    owner_id: row.owner_id,
    role,
    personal: Boolean(row.personal),
    project_count: figures.project_count ?? 0,
    api_key_count: figures.api_key_count ?? 0,
    customer_count: figures.customer_count ?? 0,
    created_at: row.created_at.toISOString(),
  };
}

/** The limits alone, as the event log shows a change of them. */
export function toLimits(row: OrganizationEntity): Omit<Subscription, 'current'> {
  return {
    plan: row.plan,
    requests_per_minute: Number(row.requests_per_minute),
    requests_per_day: Number(row.requests_per_day),
  };
}
