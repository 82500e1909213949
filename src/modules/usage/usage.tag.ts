import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const USAGE: Tag = {
  name: 'Usage',
  description: 'What was called, by whom, and how much of the quota is left.',
  place: 140,
};
