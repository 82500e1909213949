import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const TEAM: Tag = {
  name: 'Team',
  description: 'The people of a project.',
  place: 60,
};
