import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const ACCOUNT: Tag = {
  name: 'Account',
  description: 'Register, sign in, and look after your own account.',
  place: 10,
};
