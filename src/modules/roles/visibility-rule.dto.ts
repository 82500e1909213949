import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { instant } from '../../kernel/http/schemas.js';
import type { VisibilityRuleEntity } from './visibility-rule.entity.js';

const EXAMPLE = { attribute: 'member.last_sign_in', hidden_from: ['rol_00000000000000000000000003'] };

export const VisibilityRule = z
  .object({
    id: z.string().meta({ examples: ['avr_01kaj0v7w3m6tn5x9q2e8rfyzd'] }),
    attribute: z.string().meta({ examples: [EXAMPLE.attribute] }),
    hidden_from: z.array(z.string()).describe('Ids of roles; they see `[REDACTED]` instead.'),
    created_at: instant,
  })
  .meta({ id: 'VisibilityRule' });
export type VisibilityRule = z.infer<typeof VisibilityRule>;

export const CreateVisibilityRule = z
  .strictObject({
    attribute: z.string().max(200, 'must have at most 200 characters'),
    hidden_from: z
      .array(z.string().max(40, 'must have at most 40 characters'))
      .min(1, 'must have at least one role')
      .max(100, 'must have at most 100 roles')
      .describe('Ids of roles of the project.'),
  })
  .meta({ id: 'CreateVisibilityRule', examples: [EXAMPLE] });
export type CreateVisibilityRule = z.output<typeof CreateVisibilityRule>;

export const UpdateVisibilityRule = z
  .strictObject(CreateVisibilityRule.shape)
  .partial()
  .meta({ id: 'UpdateVisibilityRule', examples: [{ hidden_from: EXAMPLE.hidden_from }] });
export type UpdateVisibilityRule = z.output<typeof UpdateVisibilityRule>;

export const DeletedVisibilityRule = z
  .object({ id: z.string(), deleted: z.literal(true) })
  .meta({ id: 'DeletedVisibilityRule' });

export const ListVisibilityRules = z.strictObject(listQuery());
export type ListVisibilityRules = z.output<typeof ListVisibilityRules>;

export const VisibilityRulePage = pageOf(VisibilityRule, 'VisibilityRulePage');

export const VisibilityAttributeList = z
  .object({
    items: z.array(
      z.object({
        attribute: z.string(),
        resource: z.string(),
        open: z.boolean().describe('Whether anything below it can be named too: `customer.metadata.plan`.'),
        description: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'VisibilityAttributeList' });

export function toVisibilityRule(row: VisibilityRuleEntity, roleIds: string[]): VisibilityRule {
  return {
    id: row.id,
    attribute: row.attribute,
    hidden_from: roleIds,
    created_at: row.created_at.toISOString(),
  };
}
