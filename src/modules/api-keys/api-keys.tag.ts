import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const API_KEYS: Tag = {
  name: 'API keys',
  description: 'Credentials for scripts, and the key check for your own gateway.',
  place: 100,
};
