import { z } from 'zod';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { country, email, instant, text } from '../../kernel/http/schemas.js';

export const TeamMember = z
  .object({
    id: z
      .string()
      .describe("Of somebody invited, the invitation's id.")
      .meta({ examples: ['mbr_01kaj0v7w3m6tn5x9q2e8rfyzd'] }),
    user_id: z.string().nullable().describe('Null for somebody invited who has no account yet.'),
    name: z.string().nullable().describe('Null when nobody has said it yet.'),
    email: z.string(),
    status: z.enum(['invited', 'active', 'suspended']),
    role: z.object({ id: z.string(), name: z.string() }),
    owner: z.boolean(),
    last_sign_in: z
      .object({ at: instant, device: z.string().nullable(), location: z.string().nullable() })
      .nullable(),
    added_at: instant,
  })
  .meta({ id: 'TeamMember', 'x-resource': 'member' });
export type TeamMember = z.infer<typeof TeamMember>;

export const TeamMemberPage = pageOf(TeamMember, 'TeamMemberPage');
export type TeamMemberPage = z.infer<typeof TeamMemberPage>;

export const ListTeam = z.strictObject({
  ...listQuery(),
  status: TeamMember.shape.status.optional(),
  q: searchQuery.describe('Searches name and e-mail; `%` and `_` are literal.'),
});
export type ListTeam = z.output<typeof ListTeam>;

export const ChangeMember = z
  .strictObject({ role_id: z.string().max(40) })
  .meta({ id: 'ChangeMember', examples: [{ role_id: 'rol_00000000000000000000000003' }] });
export type ChangeMember = z.output<typeof ChangeMember>;

export const RemovedMember = z
  .object({ id: z.string(), deleted: z.literal(true) })
  .meta({ id: 'RemovedMember' });

export const InviteMember = z
  .strictObject({
    email,
    role_id: z.string().max(40).optional().describe('`member` unless given.'),
    first_name: text(100).nullable().optional(),
    name: text(100).nullable().optional(),
    phone: text(40).nullable().optional(),
    country: country.nullable().optional(),
  })
  .meta({ id: 'InviteMember', examples: [{ email: 'grace@example.com' }] });
export type InviteMember = z.output<typeof InviteMember>;
