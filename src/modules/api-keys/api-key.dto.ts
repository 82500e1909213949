import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { instant, text, toWire } from '../../kernel/http/schemas.js';
import { isAddressEntry, isDomainEntry } from './allow-lists.js';
import type { ApiKeyEntity } from './api-key.entity.js';

export const ApiKey = z
  .object({
    id: z.string().meta({ examples: ['key_01kaj0v7w3m6tn5x9q2e8rfyzd'] }),
    name: z.string(),
    preview: z.string().meta({ examples: ['bw_test_…x4Qz'] }),
    status: z.enum(['activated', 'suspended', 'revoked', 'expired']),
    role: z.object({ id: z.string(), name: z.string() }),
    member_id: z.string().nullable().describe("Set for a member's own key."),
    created_by: z.string(),
    created_at: instant,
    last_used_at: instant.nullable(),
    last_used_ip: z.string().nullable(),
    allowed_ips: z.array(z.string()).describe('Empty admits every address.'),
    allowed_domains: z.array(z.string()).describe('Empty admits every origin.'),
    expires_at: instant.nullable(),
    previous_secret: z
      .object({ expires_at: instant, last_used_at: instant.nullable() })
      .nullable()
      .describe('The secret before the last regeneration, while it is still accepted.'),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof ApiKey>;

export const IssuedApiKey = z
  .object({
    api_key: ApiKey,
    secret: z
      .string()
      .describe('Shown this once.')
      .meta({ examples: ['bw_test_…'] }),
  })
  .meta({ id: 'IssuedApiKey' });
export type IssuedApiKey = z.infer<typeof IssuedApiKey>;

export const ApiKeyPage = pageOf(ApiKey, 'ApiKeyPage');

const allowedIps = z
  .array(z.string().trim().refine(isAddressEntry, { error: 'must be an IPv4 or IPv6 address or CIDR' }))
  .max(100, 'must have at most 100 entries');
const allowedDomains = z
  .array(
    z
      .string()
      .trim()
      .toLowerCase()
      .refine(isDomainEntry, { error: 'must be a host name such as example.com or *.example.com' }),
  )
  .max(100, 'must have at most 100 entries');
const expiresAt = instant
  .refine(value => Date.parse(value) > Date.now(), { error: 'must be in the future' })
  .nullable();

export const CreateApiKey = z
  .strictObject({
    name: text(100),
    role_id: z
      .string()
      .max(40)
      .optional()
      .describe("`member` unless given; for a member's own key, the member's role."),
    allowed_ips: allowedIps.default([]),
    allowed_domains: allowedDomains.default([]),
    expires_at: expiresAt.optional(),
    member: z.boolean().default(false).describe('Whether it is your own key as a member.'),
  })
  .meta({ id: 'CreateApiKey', examples: [{ name: 'Nightly import' }] });
export type CreateApiKey = z.output<typeof CreateApiKey>;

export const UpdateApiKey = z
  .strictObject({
    name: text(100),
    status: z.enum(['activated', 'suspended']),
    role_id: z.string().max(40),
    allowed_ips: allowedIps,
    allowed_domains: allowedDomains,
    expires_at: expiresAt,
  })
  .partial()
  .meta({ id: 'UpdateApiKey' });
export type UpdateApiKey = z.output<typeof UpdateApiKey>;

export const RegenerateApiKey = z
  .strictObject({
    grace_period_seconds: z
      .number()
      .int()
      .min(0)
      .max(604_800, 'must be at most 604800, seven days')
      .default(0)
      .describe('How long the old secret is still accepted; 0 ends it at once.'),
  })
  .default({ grace_period_seconds: 0 })
  .meta({ id: 'RegenerateApiKey' });
export type RegenerateApiKey = z.output<typeof RegenerateApiKey>;

export const DeletedApiKey = z
  .object({ id: z.string(), deleted: z.literal(true) })
  .meta({ id: 'DeletedApiKey' });

export const ListApiKeys = z.strictObject(listQuery());
export type ListApiKeys = z.output<typeof ListApiKeys>;

export function toApiKey(row: ApiKeyEntity, roleName: string, now: Date): ApiKey {
  const expired = row.status !== 'revoked' && row.expires_at !== null && row.expires_at <= now;
  const previousLives =
    row.previous_expires_at !== null && row.previous_expires_at > now && row.status !== 'revoked';
  return {
    id: row.id,
    name: row.name,
    preview: row.preview,
    status: expired ? 'expired' : row.status,
    role: { id: row.role_id, name: roleName },
    member_id: row.member_id,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    last_used_at: toWire(row.last_used_at),
    last_used_ip: row.last_used_ip,
    allowed_ips: row.allowed_ips,
    allowed_domains: row.allowed_domains,
    expires_at: toWire(row.expires_at),
    previous_secret: previousLives
      ? {
          expires_at: row.previous_expires_at!.toISOString(),
          last_used_at: toWire(row.previous_last_used_at),
        }
      : null,
  };
}
