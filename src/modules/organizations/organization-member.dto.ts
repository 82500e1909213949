import { z } from 'zod';
import { exampleId } from '../../kernel/database/ids.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { country, deleted, email, id, instant, shown, text } from '../../kernel/http/schemas.js';
import type { Invitation } from '../invitations/invitation.dto.js';
import { LastSignIn, type User } from '../users/user.dto.js';
import type { OrganizationMemberEntity } from './organization-member.entity.js';

/** What people can be made; the owner is made by a transfer. */
const assignableRole = z.enum(['admin', 'member']);

export const OrganizationMember = z
  .object({
    id: id('mbr').describe('For an invited person, the id of the invitation.'),
    user_id: id('usr').nullable(),
    name: shown.fullName.nullable(),
    email: shown.email,
    status: z.enum(['invited', 'active', 'suspended']),
    role: z.enum(['owner', 'admin', 'member']),
    owner: z.boolean(),
    last_sign_in: LastSignIn.nullable(),
    added_at: instant,
  })
  .meta({ id: 'OrganizationMember' });
export type OrganizationMember = z.infer<typeof OrganizationMember>;

export const OrganizationMemberPage = pageOf(OrganizationMember, 'OrganizationMemberPage');
export type OrganizationMemberPage = z.infer<typeof OrganizationMemberPage>;

export const ListOrganizationMembers = z.strictObject(listQuery());
export type ListOrganizationMembers = z.output<typeof ListOrganizationMembers>;

export const UpdateOrganizationMember = z
  .strictObject({ role: assignableRole })
  .meta({ id: 'UpdateOrganizationMember', examples: [{ role: 'admin' }] });
export type UpdateOrganizationMember = z.output<typeof UpdateOrganizationMember>;

export const RemovedOrganizationMember = deleted('mbr').meta({ id: 'RemovedOrganizationMember' });

export const TransferOrganization = z
  .strictObject({ member_id: z.string().max(40), confirm: z.boolean().optional() })
  .meta({ id: 'TransferOrganization', examples: [{ member_id: exampleId('mbr') }] });
export type TransferOrganization = z.output<typeof TransferOrganization>;

export const InviteToOrganization = z
  .strictObject({
    email,
    role: assignableRole.default('member'),
    first_name: text(100).optional(),
    name: text(100).optional(),
    phone: text(40).optional(),
    country: country.optional(),
  })
  .meta({ id: 'InviteToOrganization', examples: [{ email: 'grace@example.com', role: 'member' }] });
export type InviteToOrganization = z.output<typeof InviteToOrganization>;

export function toOrganizationMember(
  row: OrganizationMemberEntity,
  user: User,
  lastSignIn: LastSignIn | undefined,
): OrganizationMember {
  return {
    id: row.id,
    user_id: row.user_id,
    name: `${user.first_name} ${user.name}`,
    email: user.email,
    status: row.status,
    role: row.role,
    owner: row.role === 'owner',
    last_sign_in: lastSignIn ?? null,
    added_at: row.added_at.toISOString(),
  };
}

export function toInvitedMember(invitation: Invitation): OrganizationMember {
  const { id, email: address, first_name, name, role, created_at } = invitation;
  return {
    id,
    user_id: null,
    name: [first_name, name].filter(Boolean).join(' ') || null,
    email: address,
    status: 'invited',
    role: assignableRole.parse(role.id),
    owner: false,
    last_sign_in: null,
    added_at: created_at,
  };
}
