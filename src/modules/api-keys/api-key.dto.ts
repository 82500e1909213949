import { z } from 'zod';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
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
import { addressEntry } from './allow-lists.js';
import { domainEntry } from './allowed-domains.js';
import type { ApiKeyEntity } from './api-key.entity.js';
import { ageInDays, rotationDue } from './key-lifetime.js';

const status = z.enum(['activated', 'suspended', 'revoked', 'expired']);
const ownLimit = z.number().int().nullable();

export const ApiKey = z
  .object({
    id: id('key'),
    name: like('Nightly import'),
    preview: like('bw_test_…x4Qz'),
    status,
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
    requests_per_minute: ownLimit.describe(
      "What the key may take of the organization's requests; null for as many as there are.",
    ),
    requests_per_day: ownLimit,
    expires_at: instant.nullable(),
    age_days: z
      .number()
      .int()
      .describe('Whole days since the present secret was made: at creation, or by the last regeneration.')
      .meta({ 'x-also-attribute': 'api_key.created_at' }),
    rotation_due: instant
      .nullable()
      .describe(
        'Where keys have a maximum lifetime, by when another key must have replaced this one: when that lifetime ' +
          'ends, counted from creation, or at `expires_at` when that is earlier. Null without a maximum, and for ' +
          'revoked keys.',
      )
      .meta({ 'x-also-attribute': 'api_key.expires_at' }),
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
      .max(300)
      .refine(entry => domainEntry(entry) !== null, {
        error: mustBe('a host such as example.com, *.example.com or [2001:db8::1], with a port or without'),
        abort: true,
      })
      .overwrite(entry => domainEntry(entry) ?? entry),
  )
  .max(100)
  .describe(
    'Hosts of `Origin`, else `Referer`: `example.com`, `*.example.com` for every host below it, `[2001:db8::1]`. With a ' +
      'port (`example.com:8443`) that one only, without it every port. Names beyond ASCII are kept and shown as ' +
      'A-labels: `bücher.example` as `xn--bcher-kva.example`.',
  );
const expiresAt = anyInstant
  .refine(value => Date.parse(value) > Date.now(), {
    error: phrase('must be in the future', 'Send a later instant.'),
  })
  .nullable();

const requestLimits = {
  requests_per_minute: z
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .nullable()
    .describe(
      "The most requests of the key in a minute, within what is left of the organization's; null for no limit of its own.",
    ),
  requests_per_day: z
    .number()
    .int()
    .min(1)
    .max(1_000_000_000_000)
    .nullable()
    .describe('The same per UTC day.'),
};

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
    requests_per_minute: requestLimits.requests_per_minute.optional(),
    requests_per_day: requestLimits.requests_per_day.optional(),
    expires_at: expiresAt
      .optional()
      .describe('Where keys have a maximum lifetime, they expire at its end unless this says earlier.'),
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
    ...requestLimits,
    expires_at: expiresAt.describe(
      'Where keys have a maximum lifetime, it cannot be lifted, nor moved beyond that lifetime since the creation of the key.',
    ),
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

export const ListApiKeys = z.strictObject({
  ...listQuery(),
  status: status.optional().describe('`expired` are those whose `expires_at` has passed, unless revoked.'),
  member_id: z.string().min(1).max(40).optional().describe("A member's own keys."),
  role_id: z.string().min(1).max(40).optional(),
  q: searchQuery,
  expiring_before: anyInstant
    .optional()
    .describe('Keys that expire before this instant and have not yet; never revoked ones.'),
  unused_since: anyInstant
    .optional()
    .describe(
      'Stale keys: made before this instant and not used since then, or never. Without revoked ones, unless ' +
        '`status=revoked` asks for them.',
    ),
});
export type ListApiKeys = z.output<typeof ListApiKeys>;

/** `lifetimeDays` is the longest that keys may live, or null. */
export function toApiKey(
  row: ApiKeyEntity,
  roleName: string,
  now: Date,
  lifetimeDays: number | null,
): ApiKey {
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
    requests_per_minute: row.requests_per_minute,
    requests_per_day: row.requests_per_day,
    expires_at: toWire(row.expires_at),
    age_days: ageInDays(row, now),
    rotation_due: toWire(rotationDue(row, lifetimeDays)),
    previous_secret: previousLives
      ? {
          expires_at: row.previous_expires_at!.toISOString(),
          last_used_at: toWire(row.previous_last_used_at),
        }
      : null,
  };
}
