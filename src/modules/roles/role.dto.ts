import { z } from 'zod';
import { listQuery, pageOf } from '../../kernel/http/list.js';
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

export const ListRoles = z.strictObject(listQuery());
export type ListRoles = z.output<typeof ListRoles>;

export const RolePage = pageOf(RoleItem, 'RolePage');

export const PermissionList = z
  .object({ items: z.array(z.object({ name: z.string(), description: z.string() })) })
  .meta({ id: 'PermissionList' });

export function toRoleItem(role: Role): RoleItem {
  return { id: role.id, name: role.name, system: role.system, permissions: [...role.permissions] };
}
