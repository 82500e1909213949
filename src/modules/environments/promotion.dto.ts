import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { id, instant, like, longText, named, text, toWire } from '../../kernel/http/schemas.js';
import { Project } from '../projects/project.dto.js';
import type { PlannedChange } from './configuration-plan.js';
import { Plan } from './environment.dto.js';
import type { PromotionRequestEntity } from './promotion-request.entity.js';
import { PROMOTION_STATUSES } from './promotion-transitions.js';

const status = z.enum(PROMOTION_STATUSES);

export const PromotionRequest = z
  .object({
    id: id('prm'),
    project_id: id('prj').describe('The sandbox.'),
    target: named('prj', 'Acme production')
      .nullable()
      .describe('Null until the first promotion has made it.'),
    status,
    notes: like('Ready for our first customers.').nullable(),
    reason: like('Name a support contact first.').nullable().describe('Why it was approved or rejected.'),
    requested_by: id('usr').describe('A person or an API key.'),
    decided_by: id('usr').nullable(),
    created_at: instant,
    decided_at: instant.nullable(),
    applied_at: instant.nullable(),
    change_count: z.number().int().describe('How many changes the plan has; lists show the first fifty.'),
    plan: Plan.describe('What applying it does to the target.'),
  })
  .meta({ id: 'PromotionRequest' });
export type PromotionRequest = z.infer<typeof PromotionRequest>;

export const PromotionRequestPage = pageOf(PromotionRequest, 'PromotionRequestPage');

export const AppliedPromotion = PromotionRequest.extend({
  project: Project,
}).meta({ id: 'AppliedPromotion', 'x-resource': 'promotion_request' });
export type AppliedPromotion = z.infer<typeof AppliedPromotion>;

export const ListPromotionRequests = z.strictObject({ ...listQuery(), status: status.optional() });
export type ListPromotionRequests = z.output<typeof ListPromotionRequests>;

export const RequestPromotion = z
  .strictObject({ notes: longText(2_000).optional().describe('For whoever reviews it.') })
  .default({})
  .meta({ id: 'RequestPromotion', examples: [{ notes: 'Ready for our first customers.' }] });
export type RequestPromotion = z.output<typeof RequestPromotion>;

export const DecidePromotion = z
  .strictObject({ reason: text(500).optional().describe('Needed to reject.') })
  .default({})
  .meta({ id: 'DecidePromotion', examples: [{ reason: 'Name a support contact first.' }] });
export type DecidePromotion = z.output<typeof DecidePromotion>;

export const ApplyPromotion = z
  .strictObject({
    confirm: z.boolean().optional(),
    name: text(100)
      .optional()
      .describe("Of the production project, when this makes it; without it, the sandbox's name."),
  })
  .default({})
  .meta({ id: 'ApplyPromotion', examples: [{ name: 'Acme production' }] });
export type ApplyPromotion = z.output<typeof ApplyPromotion>;

export const RollBackPromotion = z
  .strictObject({ confirm: z.boolean().optional() })
  .default({})
  .meta({ id: 'RollBackPromotion', examples: [{}] });
export type RollBackPromotion = z.output<typeof RollBackPromotion>;

/** As lists show it, unless all changes of its plan are given. */
export function toPromotionRequest(
  row: PromotionRequestEntity,
  target: { id: string; name: string } | null,
  changes: readonly PlannedChange[] = row.first_changes,
): PromotionRequest {
  return {
    id: row.id,
    project_id: row.project_id,
    target,
    status: row.status,
    notes: row.notes,
    reason: row.reason,
    requested_by: row.requested_by,
    decided_by: row.decided_by,
    created_at: row.created_at.toISOString(),
    decided_at: toWire(row.decided_at),
    applied_at: toWire(row.applied_at),
    change_count: row.change_count,
    plan: { digest: row.digest, changes: [...changes] },
  };
}
