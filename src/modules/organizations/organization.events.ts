import { defineEvents } from '../../kernel/event-log/event-types.js';

export const ORGANIZATION_EVENTS = defineEvents({
  'organization.created': 'An organization was created.',
  'organization.updated': 'Details of an organization, or its subscription, were changed.',
  'organization.deleted': 'An organization without projects was deleted.',
  'organization.ownership_transferred': 'An organization got a new owner.',
  'organization.member_invited': 'Somebody was invited to an organization.',
  'organization.invitation_resent': 'An invitation to an organization was sent again with a new link.',
  'organization.invitation_revoked': 'An invitation to an organization was revoked.',
  'organization.invitation_declined': 'An invitation to an organization was declined.',
  'organization.member_joined': 'Somebody joined an organization.',
  'organization.member_updated': 'A member of an organization got a different role.',
  'organization.member_suspended':
    'A member of an organization was suspended, there and in all its projects.',
  'organization.member_activated': 'A suspended member of an organization was activated.',
  'organization.member_removed': 'A member was removed from an organization.',
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof ORGANIZATION_EVENTS, true> {}
}
