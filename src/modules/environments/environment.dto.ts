import { z } from 'zod';
import { HANDOFF_CHECKS } from '../../kernel/facets/handoff-checks.js';
import { PROMOTION_STATES } from '../../kernel/facets/promotions.port.js';
import { like, named, text } from '../../kernel/http/schemas.js';
import { phrase } from '../../kernel/http/validation-phrases.js';
import { type Hiding, redactedBy } from '../../kernel/visibility/shape.js';
import { Project } from '../projects/project.dto.js';
import { redactAtPath } from './plan-redaction.js';

const path = like('roles.Billing clerk.permissions').describe('Names one value of the configuration.');
const value = z.unknown().meta({ examples: [['billing:read']] });

export const Plan = z.object({
  digest: like('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08').describe(
    'SHA-256 over both configurations, lower-case hex.',
  ),
  changes: z
    .array(
      redactedBy(
        z.object({
          path,
          change: z
            .enum(['add', 'change', 'remove'])
            .describe('`add` and `remove` of a whole item, such as a role.'),
          from: value,
          to: value,
        }),
        (change, hiding) => redactAtPath(change, ['from', 'to'], hiding),
      ),
    )
    .describe('What is null on both sides is left out.'),
});

/** What the evidence of a check shows that rules may hide. */
const EVIDENCE: Readonly<Record<string, string>> = {
  purpose: 'project.purpose',
  billing_owner_email: 'project.billing_owner_email',
};

const Check = redactedBy(
  z.object({
    check: z.enum(HANDOFF_CHECKS),
    passed: z.boolean(),
    evidence: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('The live data that the check stands on, such as `{ key_id, at }` or `{ count }`.'),
    fix: like('Issue a key: POST /v1/projects/{id}/api-keys.')
      .nullable()
      .describe('What to do, with the route; null when the check passed.'),
  }),
  (check, hiding: Hiding) => ({
    ...check,
    evidence:
      check.evidence &&
      Object.fromEntries(
        Object.entries(check.evidence).map(([field, shown]) => [
          field,
          EVIDENCE[field] ? hiding.label([EVIDENCE[field]], shown as string) : shown,
        ]),
      ),
  }),
);

export const Handoff = z
  .object({
    promotion_state: z.enum(PROMOTION_STATES),
    pair: named('prj', 'Acme production').nullable(),
    checks: z.array(Check),
  })
  .meta({ id: 'Handoff' });
export type Handoff = z.infer<typeof Handoff>;

export const DriftQuery = z.strictObject({
  against: z
    .string()
    .max(40)
    .optional()
    .describe('Another project that you may read; without it, the other one of the pair.'),
});
export type DriftQuery = z.output<typeof DriftQuery>;

export const Drift = z
  .object({
    in_sync: z.boolean(),
    against: named('prj', 'Acme production'),
    differences: z.array(
      redactedBy(
        z.object({
          path,
          here: value.describe('Null where it is not there.'),
          there: value.describe('Null where it is not there.'),
        }),
        (difference, hiding) => redactAtPath(difference, ['here', 'there'], hiding),
      ),
    ),
  })
  .meta({ id: 'Drift' });
export type Drift = z.infer<typeof Drift>;

export const CloneProject = z
  .strictObject({
    name: text(100, 'Acme staging').optional().describe('Needed unless `dry_run`.'),
    environment: z.enum(['sandbox', 'production']).default('sandbox'),
    dry_run: z.boolean().default(false).describe('Whether to answer 200 with the plan and make nothing.'),
  })
  .refine(({ name, dry_run }) => dry_run || name !== undefined, {
    path: ['name'],
    error: phrase('must name the new project', 'Send a name, or dry_run: true.'),
  })
  .meta({ id: 'CloneProject', examples: [{ name: 'Acme staging' }] });
export type CloneProject = z.output<typeof CloneProject>;

export const ClonePlan = z.object({ plan: Plan }).meta({ id: 'ClonePlan' });

/** A new project, or the plan of one that is only asked for. */
export const Clone = z.union([Project, ClonePlan]);
