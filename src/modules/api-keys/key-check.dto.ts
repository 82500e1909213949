import { z } from 'zod';
import { ALL_PERMISSIONS, type Permission } from '../../kernel/access/permissions.js';
import { isTouched, REDACTED } from '../../kernel/context/hidden-attributes.js';
import { id, like, named } from '../../kernel/http/schemas.js';
import { mustBe } from '../../kernel/http/validation-phrases.js';
import { parseAddress } from '../../kernel/network/addresses.js';
import { redactedBy } from '../../kernel/visibility/shape.js';
import { KEY_CHECKS } from './key-decision.js';

const permission = z.enum(ALL_PERMISSIONS as [Permission, ...Permission[]]);

const ip = z
  .string()
  .trim()
  .max(50)
  .refine(value => parseAddress(value) !== null, { error: mustBe('an IPv4 or IPv6 address') });

const request = {
  ip: ip.optional().describe('The address the request comes from.'),
  origin: z.string().max(2_000).optional().describe("The request's `Origin`, else its `Referer`."),
  permission: permission.optional().describe('The permission the request needs.'),
};

export const ExplainKey = z
  .strictObject(request)
  .default({})
  .meta({ id: 'ExplainKey', examples: [{ ip: '203.0.113.7', permission: 'customers:read' }] });
export type ExplainKey = z.output<typeof ExplainKey>;

/** How one check ended. */
export const explainedStep = z.object({
  check: z.string(),
  passed: z.boolean(),
  reason: z.string().optional(),
  fix: z.string().optional().describe('How to fix it.'),
});

const explanation = z
  .object({
    allowed: z.boolean(),
    steps: z.array(explainedStep).describe('Every check, in the order it is made.'),
  })
  .meta({ id: 'KeyExplanation' });
export type KeyExplanation = z.infer<typeof explanation>;
/**
 * How a check ends, and why, may tell what is hidden: asked often enough, which addresses a key admits. Such a check
 * looks the same passed and failed; so does the whole, unless a check that may be seen has failed.
 */
export const KeyExplanation = redactedBy(explanation, ({ allowed, steps }, { hidden }) => {
  const veiled = new Set(
    KEY_CHECKS.filter(({ tells }) => tells.some(name => isTouched(hidden, name))).map(({ check }) => check),
  );
  const decided = veiled.size === 0 || steps.some(({ check, passed }) => !passed && !veiled.has(check));
  return {
    allowed: decided ? allowed : REDACTED,
    steps: steps.map(step => (veiled.has(step.check) ? { check: step.check, ...VEIL } : step)),
  };
});

/** What stands instead of how a check ended. */
export const VEIL = { passed: REDACTED, reason: REDACTED, fix: REDACTED };

export const VerifyKey = z
  .strictObject({
    key: z.string().min(1).max(500).describe('The secret that was presented.'),
    ...request,
    cost: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        'How many requests the call is worth, also to the limits of the key itself; those count one without it.',
      ),
  })
  .meta({
    id: 'VerifyKey',
    examples: [{ key: 'bw_live_…', ip: '203.0.113.7', permission: 'customers:read' }],
  });
export type VerifyKey = z.output<typeof VerifyKey>;

export const KeyVerdict = z
  .object({
    valid: z.boolean(),
    code: z.enum([
      'VALID',
      'NOT_FOUND',
      'SUSPENDED',
      'REVOKED',
      'EXPIRED',
      'IP_NOT_ALLOWED',
      'DOMAIN_NOT_ALLOWED',
      'INSUFFICIENT_PERMISSIONS',
      'USAGE_EXCEEDED',
      'RATE_LIMITED',
      'PROJECT_SUSPENDED',
    ]),
    key_id: id('key').optional(),
    project_id: id('prj').optional(),
    role: named('rol', 'Support').optional().meta({ 'x-also-attribute': 'api_key.role' }),
    // They tell which role it is.
    permissions: z.array(like('project:read')).optional().meta({ 'x-also-attribute': 'api_key.role' }),
    remaining: z
      .object({ minute: z.number().int(), day: z.number().int() })
      .optional()
      .describe("What is left of the organization's quota, or of the key's own limits where that is less."),
  })
  .meta({ id: 'KeyVerdict' });
export type KeyVerdict = z.infer<typeof KeyVerdict>;
