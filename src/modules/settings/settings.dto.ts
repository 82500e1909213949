import { z } from 'zod';
import { email, text } from '../../kernel/http/schemas.js';
import { Project, projectFields } from '../projects/project.dto.js';

export const Settings = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    country: z.string().nullable(),
    purpose: z.string().nullable(),
    billing_owner_email: z.string().nullable(),
    status: Project.shape.status,
    verified: z.boolean(),
    actions: z.array(
      z.object({
        action: z.string(),
        method: z.enum(['PATCH', 'POST']),
        url: z.string(),
        value: z.unknown().describe('What the action would change, as it is now.'),
        available: z.boolean(),
        reason: z.string().optional().describe('Why it is not available.'),
      }),
    ),
  })
  .meta({ id: 'Settings', 'x-resource': 'project' });
export type Settings = z.infer<typeof Settings>;

export const UpdateSettings = z
  .strictObject({ ...projectFields, billing_owner_email: email.nullable(), confirm: z.literal(true) })
  .partial()
  .meta({ id: 'UpdateSettings', examples: [{ name: 'Acme production', confirm: true }] });
export type UpdateSettings = z.output<typeof UpdateSettings>;

export const TransferOwnership = z
  .strictObject({
    confirm: z.literal(true).optional(),
    member_id: z.string().max(40).optional().describe('The active member who becomes the owner.'),
    reason: text(500).optional(),
  })
  .default({})
  .meta({
    id: 'TransferOwnership',
    examples: [{ confirm: true, member_id: 'mbr_01kaj0v7w3m6tn5x9q2e8rfyzd' }],
  });
export type TransferOwnership = z.output<typeof TransferOwnership>;

export const RunAction = z
  .strictObject({
    confirm: z
      .union([z.literal(true), z.string().max(200)])
      .optional()
      .describe("`true`; to delete, the project's exact name."),
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
  .meta({ id: 'RunAction', examples: [{ confirm: true, reason: 'Abuse report' }] });
export type RunAction = z.output<typeof RunAction>;
