import { z } from 'zod';
import { listQuery, pageOf, searchQuery } from '../../kernel/http/pagination.js';
import { country, deleted, email, id, instant, named, shown, text } from '../../kernel/http/schemas.js';

export const TeamMember = z
  .object({
    id: id('mbr').describe('For an invited person, the id of the invitation.'),
    user_id: id('usr').nullable().describe('Null for an invited person.'),
    name: shown.fullName.nullable().describe('Null when it is not known yet.'),
    email: shown.email,
    status: z.enum(['invited', 'active', 'suspended']),
    role: named('rol', 'Support'),
    owner: z.boolean(),
    last_sign_in: z
      .object({ at: instant, device: shown.device.nullable(), location: shown.location.nullable() })
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
  .meta({ id: 'ChangeMember', examples: [{ role_id: 'rol_00000000000000000000000001' }] });
export type ChangeMember = z.output<typeof ChangeMember>;

export const RemovedMember = deleted('mbr').meta({ id: 'RemovedMember' });

export const InviteMember = z
  .strictObject({
    email,
    role_id: z.string().max(40).optional().describe('Defaults to `member`.'),
    first_name: text(100).nullable().optional(),
    name: text(100).nullable().optional(),
    phone: text(40).nullable().optional(),
    country: country.nullable().optional(),
  })
  .meta({ id: 'InviteMember', examples: [{ email: 'grace@example.com' }] });
export type InviteMember = z.output<typeof InviteMember>;
