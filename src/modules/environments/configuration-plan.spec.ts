import type { ConfiguredItem, ProjectConfiguration } from '../../kernel/facets/configuration.js';
import {
  changesBetween,
  isSame,
  NO_CONFIGURATION,
  pathOf,
  plannedChanges,
  planOf,
} from './configuration-plan.js';

const own = (values: ConfiguredItem['values']): ConfiguredItem => ({ key: '', name: '', values });
const role = (name: string, ...permissions: string[]): ConfiguredItem => ({
  key: name,
  name,
  values: { permissions },
});
const configuration = (parts: Record<string, ConfiguredItem[]>): ProjectConfiguration =>
  new Map(Object.entries(parts));

const sandbox = configuration({
  roles: [role('Support', 'project:read'), role('Billing clerk', 'billing:read', 'billing:write')],
  '': [own({ purpose: 'Trying out', country: null })],
  retention: [own({ request_logs_days: 60, events_days: null })],
});

it.each([
  ['', '', 'purpose', 'purpose'],
  ['retention', '', 'request_logs_days', 'retention.request_logs_days'],
  ['roles', 'Billing clerk', 'permissions', 'roles.Billing clerk.permissions'],
  ['visibility', 'customer.email', 'hidden_from', 'visibility.customer.email.hidden_from'],
])('a path names one value: %s %s %s', (part, name, field, path) => {
  expect(pathOf(part, name, field)).toBe(path);
});

it('says of a project that is not there yet what is added', () => {
  expect(plannedChanges(NO_CONFIGURATION, sandbox)).toEqual([
    {
      path: 'roles.Billing clerk.permissions',
      change: 'add',
      from: null,
      to: ['billing:read', 'billing:write'],
    },
    { path: 'roles.Support.permissions', change: 'add', from: null, to: ['project:read'] },
    { path: 'purpose', change: 'add', from: null, to: 'Trying out' },
    { path: 'retention.request_logs_days', change: 'add', from: null, to: 60 },
  ]);
});

it('tells what is added, changed and removed, for people and for modules', () => {
  const production = configuration({
    roles: [role('Support', 'project:read', 'media:read'), role('Old', 'project:read')],
    '': [own({ purpose: null, country: null })],
    retention: [own({ request_logs_days: 60, events_days: 90 })],
  });
  expect(plannedChanges(production, sandbox).map(({ path, change }) => `${change} ${path}`)).toEqual([
    'add roles.Billing clerk.permissions',
    'remove roles.Old.permissions',
    'change roles.Support.permissions',
    'change purpose',
    'change retention.events_days',
  ]);
  const changes = changesBetween(production, sandbox);
  expect([...changes.keys()]).toEqual(['roles', '', 'retention']);
  expect(changes.get('roles')).toEqual({
    add: [role('Billing clerk', 'billing:read', 'billing:write')],
    change: [role('Support', 'project:read')],
    remove: [role('Old', 'project:read')],
  });
});

it('names each value once, also where a namesake on the other side is another item', () => {
  const endpoint = (key: string, name: string, type: string) => ({
    key,
    name,
    values: { event_types: [type] },
  });
  const mine = configuration({
    webhook_endpoints: [
      endpoint('a', 'Orders', 'x'),
      endpoint('b', 'Bills', 'x'),
      endpoint('c', 'Bills#2', 'x'),
    ],
  });
  const others = configuration({ webhook_endpoints: [endpoint('a', 'Bills', 'y')] });
  expect(plannedChanges(mine, others).map(({ path, change }) => `${change} ${path}`)).toEqual([
    'change webhook_endpoints.Bills.event_types',
    'remove webhook_endpoints.Bills#2.event_types',
    'remove webhook_endpoints.Bills#2#2.event_types',
  ]);
});

it('compares values whatever the order of their fields, and nothing but values', () => {
  const one = configuration({ '': [own({ purpose: 'x', country: 'DE' })] });
  const other = configuration({ '': [{ ...own({ country: 'DE', purpose: 'x' }), name: 'other' }] });
  expect(isSame(one, other)).toBe(true);
  expect(planOf(one, null).digest).toBe(planOf(other, null).digest);
  expect(planOf(one, null).digest).toMatch(/^[0-9a-f]{64}$/);
});

it('has another digest when either side differs', () => {
  const changed = configuration({ '': [own({ purpose: 'y' })] });
  const digests = [
    planOf(sandbox, null),
    planOf(sandbox, NO_CONFIGURATION),
    planOf(sandbox, changed),
    planOf(changed, sandbox),
  ].map(({ digest }) => digest);
  expect(new Set(digests).size).toBe(4);
});

it('finds nothing to do between equals', () => {
  expect(changesBetween(sandbox, sandbox).size).toBe(0);
  expect(planOf(sandbox, sandbox).changes).toEqual([]);
});
