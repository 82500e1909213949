import { z } from 'zod';
import { ALL_PERMISSIONS } from '../../kernel/access/permissions.js';
import { listQuery, pageOf } from '../../kernel/http/pagination.js';
import { text } from '../../kernel/http/schemas.js';
import type { Role } from './system-roles.js';

export const RoleItem = z
  .object({
    id: z.string().meta({ examples: ['rol_00000000000000000000000002'] }),
    name: z.string(),
    system: z.boolean().describe('System roles cannot be changed.'),
    permissions: z.array(z.string()),
  })
  .meta({ id: 'Role' });
export type RoleItem = z.infer<typeof RoleItem>;

const permissions = z
  .array(z.enum(ALL_PERMISSIONS, { error: 'is not on the published list' }))
  .max(100, 'must have at most 100 entries')
  .describe('Of GET /v1/permissions; none that you lack yourself.');

export const CreateRole = z.strictObject({ name: text(100), permissions }).meta({
  id: 'CreateRole',
  examples: [{ name: 'Support', permissions: ['project:read', 'customers:read', 'billing:read'] }],
});
export type CreateRole = z.output<typeof CreateRole>;

export const UpdateRole = z
  .strictObject({ name: text(100), permissions })
  .partial()
  .meta({ id: 'UpdateRole' });
export type UpdateRole = z.output<typeof UpdateRole>;

export const DeletedRole = z.object({ id: z.string(), deleted: z.literal(true) }).meta({ id: 'DeletedRole' });

export const ListRoles = z.strictObject(listQuery());
export type ListRoles = z.output<typeof ListRoles>;

export const RolePage = pageOf(RoleItem, 'RolePage');

export const PermissionList = z
  .object({ items: z.array(z.object({ name: z.string(), description: z.string() })) })
  .meta({ id: 'PermissionList' });

export function toRoleItem(role: Role): RoleItem {
  return { id: role.id, name: role.name, system: role.system, permissions: [...role.permissions] };
}
