import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const WEBHOOKS: Tag = {
  name: 'Webhooks',
  description: 'Be told of what happens in a project, by signed requests to your own server.',
  place: 145,
};
