import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const MEDIA: Tag = {
  name: 'Media',
  description: 'Files of a project, served under addresses of their own.',
  place: 110,
};
