import { defineEvents } from '../../kernel/event-log/event-types.js';

export const PROJECT_EVENTS = defineEvents({
  'project.created': 'A project was created.',
  'project.renamed': 'A project was renamed.',
  'project.updated': "A project's description, country, purpose or billing owner was changed.",
  'project.verified': 'A platform admin verified a project.',
  'project.activated': 'A project became active.',
  'project.suspended': 'A project was suspended; its keys stop working.',
  'project.deleted': 'A project was deleted, and can be restored; its keys stop working.',
  'project.restored': 'A platform admin restored a deleted project.',
  'project.ownership_transferred': 'A project got a new owner.',
  'project.moved': 'A project was moved to another organization, whose quota its keys use from then on.',
});

declare module '../../kernel/event-log/event-types.js' {
  interface EventTypes extends Record<keyof typeof PROJECT_EVENTS, true> {}
}
