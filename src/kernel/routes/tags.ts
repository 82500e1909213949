/** The headings of the Swagger page, in its order. A controller names its own with `@Docs.tag`. */
export const TAGS = {
  Account: 'Register, sign in, and look after your own account.',
  Identity: 'Who calls, and what an id stands for.',
  Organizations: 'Who owns projects, and the quota their projects share.',
  Projects: 'The unit of isolation: nothing of one project is ever visible from another.',
  Settings: 'Everything that can be changed about a project. Each action says first what it would do.',
  Team: 'The people of a project.',
  Invitations: 'Invitations you have received.',
  Roles: 'What members and keys of a project may do.',
  'Attribute visibility': 'What is hidden from which roles.',
  'API keys': 'Credentials of scripts, and the check for your own gateway.',
  Media: 'Files of a project.',
  Environments: 'The way from sandbox to production.',
  Webhooks: 'Where events are delivered.',
  Usage: 'What was called, by whom, and how much is left.',
  Alerts: 'Be told when a metric crosses a value.',
  Reports: 'Exports, made in the background.',
  Customers: 'Whom a project bills.',
  Billing: 'Wallets, ledger, slots and entitlements.',
  'Event log': 'One entry for every change, with before and after.',
  Retention: 'How long a project keeps what.',
  Users: 'All accounts. For platform admins.',
  Notifications: 'The mails sent. For platform admins.',
  Health: 'For load balancers and supervisors.',
} as const;

export type Tag = keyof typeof TAGS;
