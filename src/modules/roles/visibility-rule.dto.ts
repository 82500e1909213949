import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { deleted, id, instant, like } from '../../kernel/http/schemas.js';
import type { VisibilityRuleEntity } from './visibility-rule.entity.js';

const EXAMPLE = { attribute: 'member.last_sign_in', hidden_from: ['rol_00000000000000000000000003'] };

export const VisibilityRule = z
  .object({
    id: id('avr'),
    attribute: like(EXAMPLE.attribute),
    hidden_from: z.array(id('rol')).describe('Ids of roles; they see `[REDACTED]` instead.'),
    created_at: instant,
  })
  // Who may read rules is a matter of `visibility:read`.
  .meta({ id: 'VisibilityRule', 'x-structural': true });
export type VisibilityRule = z.infer<typeof VisibilityRule>;

export const CreateVisibilityRule = z
  .strictObject({
    attribute: z.string().max(200),
    hidden_from: z.array(z.string().max(40)).min(1).max(100).describe('Ids of roles of the project.'),
  })
  .meta({ id: 'CreateVisibilityRule', examples: [EXAMPLE] });
export type CreateVisibilityRule = z.output<typeof CreateVisibilityRule>;

export const UpdateVisibilityRule = z
  .strictObject(CreateVisibilityRule.shape)
  .partial()
  .meta({ id: 'UpdateVisibilityRule', examples: [{ hidden_from: EXAMPLE.hidden_from }] });
export type UpdateVisibilityRule = z.output<typeof UpdateVisibilityRule>;

export const DeletedVisibilityRule = deleted('avr').meta({ id: 'DeletedVisibilityRule' });

export const ListVisibilityRules = z.strictObject(listQuery());
export type ListVisibilityRules = z.output<typeof ListVisibilityRules>;

export const VisibilityRulePage = pageOf(VisibilityRule, 'VisibilityRulePage');

export const VisibilityAttributeList = z
  .object({
    items: z.array(
      z.object({
        attribute: like(EXAMPLE.attribute),
        resource: like('member'),
        open: z.boolean().describe('Whether attributes below it can be named too: `customer.metadata.plan`.'),
        description: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'VisibilityAttributeList', 'x-structural': true });

export function toVisibilityRule(row: VisibilityRuleEntity, roleIds: string[]): VisibilityRule {
  return {
    id: row.id,
    attribute: row.attribute,
    hidden_from: roleIds,
    created_at: row.created_at.toISOString(),
  };
}
