import { ALL_PERMISSIONS, type Permission } from '../../kernel/access/permissions.js';

/** A role as the rest of the system sees it. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly system: boolean;
  readonly permissions: ReadonlySet<Permission>;
}

const MEMBER: Permission[] = [
  ...ALL_PERMISSIONS.filter(name => name.endsWith(':read') && name !== 'audit:read' && name !== 'roles:read'),
  'media:write',
  'customers:write',
  'billing:write',
  'reports:write',
];

const VIEWER: Permission[] = [
  'project:read',
  'members:read',
  'media:read',
  'usage:read',
  'customers:read',
  'billing:read',
];

const system = (id: string, name: string, permissions: Permission[]): Role => ({
  id,
  name,
  system: true,
  permissions: new Set(permissions),
});

/** The immutable roles every project has. Their ids are the same everywhere; a migration makes their rows. */
export const SYSTEM_ROLES = {
  administrator: system('rol_00000000000000000000000001', 'administrator', ALL_PERMISSIONS),
  member: system('rol_00000000000000000000000002', 'member', MEMBER),
  viewer: system('rol_00000000000000000000000003', 'viewer', VIEWER),
} as const;

/** The role of a holder, whose own may have been deleted between two reads: that made them a viewer. */
export function orViewer(role: Role | null | undefined): Role {
  return role ?? SYSTEM_ROLES.viewer;
}
