import type { Permission } from '../../kernel/access/permissions.js';
import type { AuditRecord } from '../../kernel/event-log/audit-record.js';

/** The permissions that a change of a role takes from those who hold it. */
export function lostPermissions({ type, changes: { permissions } }: AuditRecord): Permission[] {
  if (type !== 'role.updated' || !permissions) return [];
  const kept = new Set(permissions.after as Permission[]);
  return (permissions.before as Permission[]).filter(permission => !kept.has(permission));
}
