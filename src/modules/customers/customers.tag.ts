import type { Tag } from '../../kernel/routes/docs.decorator.js';

export const CUSTOMERS_TAG: Tag = {
  name: 'Customers',
  description: 'Whom your project bills, named by your own ids.',
  place: 131,
};

export const BILLING_TAG: Tag = {
  name: 'Billing',
  description: "Wallets, slots and entitlements of an API key's own project: what your servers call.",
  place: 132,
};
