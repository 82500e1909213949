import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import {
  anyInstant,
  deleted,
  id,
  instant,
  like,
  named,
  shown,
  text,
  toWire,
} from '../../kernel/http/schemas.js';
import { mustBe, phrase } from '../../kernel/http/validation-phrases.js';
import { addressEntry, isDomainEntry } from './allow-lists.js';
import type { ApiKeyEntity } from './api-key.entity.js';

export const ApiKey = z
  .object({
    id: id('key'),
    name: like('Nightly import'),
    preview: like('bw_test_…x4Qz'),
    status: z.enum(['activated', 'suspended', 'revoked', 'expired']),
    role: named('rol', 'Support'),
    member_id: id('mbr').nullable().describe("Set for a member's own key."),
    created_by: id('usr'),
    created_at: instant,
    last_used_at: instant.nullable(),
    last_used_ip: shown.ip.nullable(),
    allowed_ips: z
      .array(z.string())
      .describe('Empty admits every address.')
      .meta({ examples: [['203.0.113.0/24']] }),
    allowed_domains: z
      .array(z.string())
      .describe('Empty admits every origin.')
      .meta({ examples: [['example.com']] }),
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
      .describe('Shown only once.')
      .meta({ examples: ['bw_test_…'], 'x-structural': true }),
  })
  .meta({ id: 'IssuedApiKey' });
export type IssuedApiKey = z.infer<typeof IssuedApiKey>;

export const ApiKeyPage = pageOf(ApiKey, 'ApiKeyPage');

const allowedIps = z
  .array(
    z
      .string()
      .trim()
      .max(50)
      .refine(entry => addressEntry(entry) !== null, {
        error: mustBe('an IPv4 or IPv6 address, or a CIDR such as 203.0.113.0/24'),
        abort: true,
      })
      .overwrite(entry => addressEntry(entry) ?? entry),
  )
  .max(100);
const allowedDomains = z
  .array(
    z
      .string()
      .trim()
      .toLowerCase()
      .refine(isDomainEntry, { error: mustBe('a host name such as example.com or *.example.com') }),
  )
  .max(100);
const expiresAt = anyInstant
  .refine(value => Date.parse(value) > Date.now(), {
    error: phrase('must be in the future', 'Send a later instant.'),
  })
  .nullable();

export const CreateApiKey = z
  .strictObject({
    name: text(100, 'Nightly import'),
    role_id: z
      .string()
      .max(40)
      .optional()
      .describe("Defaults to `member`; for a member's own key, to the member's role."),
    allowed_ips: allowedIps.default([]),
    allowed_domains: allowedDomains.default([]),
    expires_at: expiresAt.optional(),
    member: z.boolean().default(false).describe('Whether to create a key of your own as a member.'),
  })
  .meta({ id: 'CreateApiKey', examples: [{ name: 'Nightly import' }] });
export type CreateApiKey = z.output<typeof CreateApiKey>;

export const UpdateApiKey = z
  .strictObject({
    name: text(100, 'Nightly import'),
    status: z.enum(['activated', 'suspended']),
    role_id: z.string().max(40),
    allowed_ips: allowedIps,
    allowed_domains: allowedDomains,
    expires_at: expiresAt,
  })
  .partial()
  .meta({ id: 'UpdateApiKey', examples: [{ name: 'Nightly import' }] });
export type UpdateApiKey = z.output<typeof UpdateApiKey>;

export const RegenerateApiKey = z
  .strictObject({
    grace_period_seconds: z
      .number()
      .int()
      .min(0)
      .max(604_800)
      .default(0)
      .describe('How long the old secret is still accepted; 0 ends it immediately.'),
    confirm: z
      .boolean()
      .default(false)
      .describe('Whether to end an older secret that is still in its grace period.'),
  })
  .default({ grace_period_seconds: 0, confirm: false })
  .meta({ id: 'RegenerateApiKey', examples: [{ grace_period_seconds: 604_800 }] });
export type RegenerateApiKey = z.output<typeof RegenerateApiKey>;

export const DeletedApiKey = deleted('key').meta({ id: 'DeletedApiKey' });

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
