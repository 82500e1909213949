import { z } from 'zod';
import { exampleId } from '../../kernel/database/ids.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { deleted, id, instant, like, named, shown, text } from '../../kernel/http/schemas.js';
import type { InvitationEntity } from './invitation.entity.js';
import type { InvitationFacts, InvitationNames, InvitationTarget } from './invitation-acceptor.js';

export const Invitation = z
  .object({
    id: id('inv'),
    // The team's list shows those invited too: what is hidden there is hidden here.
    email: shown.email.meta({ 'x-also-attribute': 'member.email' }),
    first_name: shown.firstName.nullable().meta({ 'x-also-attribute': 'member.name' }),
    name: shown.lastName.nullable().meta({ 'x-also-attribute': 'member.name' }),
    status: z.enum(['pending', 'accepted', 'declined', 'revoked', 'expired']),
    project: named('prj', 'Acme sandbox').nullable().describe('Set for an invitation to a project.'),
    organization: named('org', 'Acme').nullable().describe('Set for an invitation to an organization.'),
    role: z
      .object({ id: like(exampleId('rol')), name: like('Support') })
      .describe('For an organization, id and name are the same.')
      .meta({ 'x-also-attribute': 'member.role' }),
    invited_by: z.object({ id: id('usr'), name: shown.fullName.meta({ 'x-also-attribute': 'member.name' }) }),
    expires_at: instant,
    created_at: instant,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof Invitation>;

export const InvitationPage = pageOf(Invitation, 'InvitationPage');
export type InvitationPage = z.infer<typeof InvitationPage>;

export const ListInvitations = z.strictObject({
  ...listQuery(),
  status: Invitation.shape.status.optional(),
});
export type ListInvitations = z.output<typeof ListInvitations>;

export const RevokedInvitation = deleted('inv').meta({ id: 'RevokedInvitation' });

export const AcceptInvitation = z
  .strictObject({
    token: z.string().min(1).max(200),
    password: z
      .string()
      .max(1_000)
      .optional()
      .describe('12 to 128 characters; needed when there is no account for the address yet.'),
    first_name: text(100).optional(),
    name: text(100).optional(),
  })
  .meta({ id: 'AcceptInvitation', examples: [{ token: 'k3Jw…' }] });
export type AcceptInvitation = z.output<typeof AcceptInvitation>;

export const DeclineInvitation = z
  .strictObject({ token: z.string().min(1).max(200) })
  .meta({ id: 'DeclineInvitation', examples: [{ token: 'k3Jw…' }] });
export type DeclineInvitation = z.output<typeof DeclineInvitation>;

export const AcceptedInvitation = z
  .object({
    invitation: Invitation,
    account_created: z.boolean().describe('Whether accepting created the account.'),
  })
  .meta({ id: 'AcceptedInvitation' });
export type AcceptedInvitation = z.infer<typeof AcceptedInvitation>;

export function targetOf(row: InvitationEntity): InvitationTarget {
  return row.project_id === null
    ? { kind: 'organization', id: row.organization_id! }
    : { kind: 'project', id: row.project_id };
}

export function toFacts(row: InvitationEntity): InvitationFacts {
  return { id: row.id, target: targetOf(row), role: row.role, email: row.email, invitedBy: row.invited_by };
}

export function toInvitation(
  row: InvitationEntity,
  names: InvitationNames | undefined,
  now: Date,
): Invitation {
  const { kind, id } = targetOf(row);
  const target = { id, name: names?.target ?? '' };
  return {
    id: row.id,
    email: row.email,
    first_name: row.first_name,
    name: row.name,
    status: row.status === 'pending' && row.expires_at <= now ? 'expired' : row.status,
    project: kind === 'project' ? target : null,
    organization: kind === 'organization' ? target : null,
    role: { id: row.role, name: names?.role ?? row.role },
    invited_by: { id: row.invited_by, name: row.invited_by_name },
    expires_at: row.expires_at.toISOString(),
    created_at: row.created_at.toISOString(),
  };
}
