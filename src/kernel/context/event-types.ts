/**
 * Every event type, with the sentence the docs and the Swagger page show. Types are part of the
 * wire contract (event log and webhooks): added, never renamed.
 */
export const EVENT_TYPES = {
  'user.created': 'An account was registered or created by an admin.',
  'user.updated': 'Details of an account were changed.',
  'user.activated': 'A new account was activated, or a suspended one restored.',
  'user.signed_in': 'Somebody signed in.',
  'user.sign_in_failed': 'A sign-in was refused.',
  'user.password_changed': 'A password was changed; all other sessions ended.',
  'session.ended': 'A session was ended.',
  'organization.created': 'An organization was created.',
  'organization.updated': 'Details of an organization, or its subscription, were changed.',
  'project.created': 'A project was created.',
  'project.renamed': 'A project got another name.',
  'project.updated': "A project's description, country, purpose or billing owner was changed.",
  'project.verified': 'A platform admin verified a project.',
  'project.activated': 'A project became active.',
  'project.suspended': 'A project was suspended; its keys stop.',
  'project.deleted': 'A project was deleted (softly); its keys stop.',
  'project.restored': 'A platform admin restored a deleted project.',
  'api_key.created': 'An API key was issued.',
  'api_key.updated': "An API key's name, role, allow-lists or expiry was changed.",
  'api_key.suspended': 'An API key was suspended.',
  'api_key.activated': 'A suspended API key was activated.',
  'api_key.regenerated': 'An API key got a new secret.',
  'api_key.revoked': 'An API key was revoked for good.',
  'access.denied':
    'A known principal was refused; further refusals of the same minute are counted in one entry.',
} as const;

export type EventType = keyof typeof EVENT_TYPES;
