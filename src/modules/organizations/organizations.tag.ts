import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const ORGANIZATIONS: Tag = {
  name: 'Organizations',
  description: 'Who owns projects, and the quota their projects share.',
  place: 30,
};
