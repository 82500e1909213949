import { z } from 'zod';
import { ALL_PERMISSIONS } from '../../kernel/access/permissions.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { deleted, id, like, text } from '../../kernel/http/schemas.js';
import { phrase } from '../../kernel/http/validation-phrases.js';
import type { Role } from './system-roles.js';

export const RoleItem = z
  .object({
    id: id('rol'),
    name: like('Support'),
    system: z.boolean().describe('System roles cannot be changed.'),
    permissions: z.array(like('project:read')),
  })
  // Who may read roles is a matter of `roles:read`.
  .meta({ id: 'Role', 'x-structural': true });
export type RoleItem = z.infer<typeof RoleItem>;

const permissions = z
  .array(
    z.enum(ALL_PERMISSIONS, {
      error: phrase('is not on the published list', 'Choose one from GET /v1/permissions.'),
    }),
  )
  .max(100)
  .describe('Any of GET /v1/permissions that you hold yourself.');

export const CreateRole = z.strictObject({ name: text(100), permissions }).meta({
  id: 'CreateRole',
  examples: [{ name: 'Support', permissions: ['project:read', 'customers:read', 'billing:read'] }],
});
export type CreateRole = z.output<typeof CreateRole>;

export const UpdateRole = z
  .strictObject({ name: text(100), permissions })
  .partial()
  .meta({ id: 'UpdateRole', examples: [{ name: 'Support' }] });
export type UpdateRole = z.output<typeof UpdateRole>;

export const DeletedRole = deleted('rol').meta({ id: 'DeletedRole' });

export const ListRoles = z.strictObject(listQuery());
export type ListRoles = z.output<typeof ListRoles>;

export const RolePage = pageOf(RoleItem, 'RolePage');

export const PermissionList = z
  .object({
    items: z.array(
      z.object({ name: like('project:read'), description: like('See the project and its record.') }),
    ),
  })
  .meta({ id: 'PermissionList', 'x-structural': true });

export function toRoleItem(role: Role): RoleItem {
  return { id: role.id, name: role.name, system: role.system, permissions: [...role.permissions] };
}
