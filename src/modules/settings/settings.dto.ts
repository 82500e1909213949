import { z } from 'zod';
import { exampleId } from '../../kernel/database/ids.js';
import { email, like, shown, text } from '../../kernel/http/schemas.js';
import { Project, projectFields } from '../projects/project.dto.js';

export const Settings = z
  .object({
    name: like('Acme sandbox'),
    description: like('Where the integration is tried out.').nullable(),
    country: shown.country.nullable(),
    purpose: like('Billing integration').nullable(),
    billing_owner_email: shown.email.nullable(),
    key_max_lifetime_days: z
      .number()
      .int()
      .nullable()
      .describe(
        'How many days keys may live at most from their creation on; null when the project sets no maximum. Where the ' +
          'platform allows less, that counts.',
      )
      .meta({ examples: [90] }),
    status: Project.shape.status,
    verified: z.boolean(),
    // What the caller may do. Values among them are hidden by the settings themselves.
    actions: z
      .array(
        z.object({
          action: like('suspend'),
          method: z.enum(['PATCH', 'POST']),
          url: like('/v1/projects/prj_…/settings/suspend'),
          value: z.unknown().describe('The current value of what the action would change.'),
          available: z.boolean(),
          reason: z.string().optional().describe('Why it is not available.'),
        }),
      )
      .meta({ 'x-structural': true }),
  })
  .meta({ id: 'Settings', 'x-resource': 'project' });
export type Settings = z.infer<typeof Settings>;

export const UpdateSettings = z
  .strictObject({
    ...projectFields,
    billing_owner_email: email.nullable(),
    key_max_lifetime_days: z
      .number()
      .int()
      .min(1)
      .max(36_500)
      .nullable()
      .describe(
        'How many days keys may live at most from their creation on; at most as many as the platform allows. Keys that ' +
          'exist keep their expiry. Null for no maximum of its own.',
      ),
    confirm: z.boolean(),
  })
  .partial()
  .meta({ id: 'UpdateSettings', examples: [{ name: 'Acme production' }] });
export type UpdateSettings = z.output<typeof UpdateSettings>;

export const TransferOwnership = z
  .strictObject({
    confirm: z.boolean().optional(),
    member_id: z.string().max(40).optional().describe('The active member who becomes the owner.'),
    reason: text(500).optional(),
  })
  .default({})
  .meta({ id: 'TransferOwnership', examples: [{ member_id: exampleId('mbr') }] });
export type TransferOwnership = z.output<typeof TransferOwnership>;

export const MoveProject = z
  .strictObject({
    confirm: z.boolean().optional(),
    organization_id: z.string().max(40).optional().describe('The organization the project moves to.'),
    reason: text(500).optional(),
  })
  .default({})
  .meta({ id: 'MoveProject', examples: [{ organization_id: exampleId('org') }] });
export type MoveProject = z.output<typeof MoveProject>;

export const RunAction = z
  .strictObject({
    confirm: z
      .union([z.boolean(), z.string().max(200)])
      .optional()
      .describe("`true`, or, to delete, the project's exact name."),
    reason: text(500).optional(),
    owner_id: z
      .string()
      .max(40)
      .optional()
      .describe(
        'To restore a project whose owner is there no more: the active account that becomes the owner.',
      ),
  })
  .default({})
  .meta({ id: 'RunAction', examples: [{ reason: 'Abuse report' }] });
export type RunAction = z.output<typeof RunAction>;
