/**
 * The published permission list. A permission is held in one project, by a member or by a key,
 * through a role.
 */
export const PERMISSIONS = {
  'project:read': 'See the project and its record.',
  'settings:read': 'See the settings and the actions available.',
  'settings:write': 'Change the settings; activate and suspend the project.',
  'members:read': 'See the team and its invitations.',
  'members:write': 'Invite, suspend and remove members, and change their roles.',
  'roles:read': 'See the roles and what they permit.',
  'roles:write': 'Create, change and delete custom roles.',
  'visibility:read': 'See which attributes are hidden from which roles.',
  'visibility:write': 'Hide attributes from roles.',
  'api_keys:read': 'See every API key of the project.',
  'api_keys:write': 'Issue, change, regenerate and revoke API keys.',
  'api_keys:verify': 'Check API keys presented to a gateway.',
  'media:read': 'See and download media.',
  'media:write': 'Upload, change and delete media.',
  'webhooks:read': 'See webhook endpoints and their deliveries.',
  'webhooks:write': 'Create, change and test webhook endpoints; resend deliveries.',
  'usage:read': 'See usage and request logs.',
  'usage:write': 'See the request logs of all members, not only your own.',
  'alerts:read': 'See alert thresholds.',
  'alerts:write': 'Create, change and delete alert thresholds.',
  'reports:read': 'See and download reports.',
  'reports:write': 'Request and delete reports.',
  'retention:read': 'See the retention rules.',
  'retention:write': 'Change the retention rules.',
  'customers:read': 'See customers.',
  'customers:write': 'Create and change customers.',
  'billing:read': 'See wallets, ledger, slots and entitlements.',
  'billing:write': 'Deposit, deduct, freeze, consume; grant slots and entitlements.',
  'audit:read': 'Read the event log.',
  'promotion:request': 'Ask for promotion to production and clone the project.',
} as const;

export type Permission = keyof typeof PERMISSIONS;

export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as Permission[];

export function isPermission(value: string): value is Permission {
  return Object.hasOwn(PERMISSIONS, value);
}
