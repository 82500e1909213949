/** What the example of an event type tells. */
export interface EventExample {
  readonly target: { readonly type: string; readonly id: string; readonly name: string | null };
  readonly changes: Readonly<Record<string, { before: unknown; after: unknown }>>;
  readonly actor: {
    readonly type: string;
    readonly id: string;
    readonly name: string;
    readonly role: string | null;
  };
}

type Values = Readonly<Record<string, unknown>>;

/** An id as in examples, also of what other modules define. */
const idOf = (prefix: string) => `${prefix}_01kaj0v7w3m6tn5x9q2e8rfyzd`;
const PERSON = { type: 'user', id: idOf('usr'), name: 'Ada Lovelace', role: 'administrator' };
const SYSTEM = { type: 'system', id: 'system', name: 'job:alerts.evaluate', role: null };
const ENDPOINT: Values = {
  url: 'https://hooks.example.com/bailiwick',
  event_types: ['project.*'],
  status: 'enabled',
};
const THRESHOLD: Values = {
  metric: 'error_rate',
  operator: '>',
  value: 5,
  window: '15m',
  channels: ['webhook'],
};

/** What an event is about: its id is one of ours with the prefix, or as it stands. */
type Subject = Readonly<
  { type?: string; name: string | null; values: Values } & ({ prefix: string } | { id: string })
>;

/** The project's own id of a customer, which is what events of customers and their credit carry. */
const CUSTOMER = { type: 'customer', id: 'user_42', name: 'Grace Hopper' };

/** By the subject of an event type: what it is about, what it is called, and what it has when it is created. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  project: { prefix: 'prj', name: 'Acme sandbox', values: { name: 'Acme sandbox', environment: 'sandbox' } },
  promotion: { type: 'promotion_request', prefix: 'prm', name: null, values: { status: 'under_review' } },
  member: { prefix: 'mbr', name: 'grace@example.com', values: { role: 'member', status: 'active' } },
  invitation: { prefix: 'inv', name: 'grace@example.com', values: { status: 'pending' } },
  role: { prefix: 'rol', name: 'Support', values: { name: 'Support', permissions: ['project:read'] } },
  visibility_rule: {
    prefix: 'avr',
    name: 'customer.email',
    values: { attribute: 'customer.email', hidden_from: ['viewer'] },
  },
  api_key: { prefix: 'key', name: 'Nightly import', values: { name: 'Nightly import', status: 'activated' } },
  media: { prefix: 'med', name: 'logo.png', values: { name: 'logo.png', visibility: 'public' } },
  webhook_endpoint: { prefix: 'whk', name: 'Orders', values: ENDPOINT },
  webhook: { type: 'webhook_endpoint', prefix: 'whk', name: 'Orders', values: {} },
  alert_threshold: { prefix: 'alr', name: 'error_rate > 5', values: THRESHOLD },
  alert: {
    type: 'alert_threshold',
    prefix: 'alr',
    name: 'error_rate > 5',
    values: { ...THRESHOLD, measured: 7.5 },
  },
  report: { prefix: 'rpt', name: 'usage.csv', values: { kind: 'usage', format: 'csv' } },
  retention: { prefix: 'prj', name: null, values: { request_logs_days: 90 } },
  checkpoint: { prefix: 'chk', name: '#1024', values: { sequence: 1024 } },
  customer: { ...CUSTOMER, values: { name: 'Grace Hopper' } },
  billing: { ...CUSTOMER, values: { amount: 500, wallet: 'default', source: 'purchase' } },
  slot: { ...CUSTOMER, values: { wallet: 'seats', source: 'plan', capacity: 10 } },
  entitlement: { ...CUSTOMER, values: { feature_key: 'exports', value: 'unlimited' } },
  access: {
    ...{ type: 'route', id: 'POST /v1/projects/:id/roles', name: null },
    values: { code: 'permission_denied' },
  },
};

/** Of types that are about something else than their name says. */
const ABOUT_OTHERS: Readonly<Record<string, Subject>> = {
  'member.invited': { type: 'invitation', ...SUBJECTS.invitation! },
  'billing.mismatch_found': {
    ...{ type: 'ledger', prefix: 'prj', name: null },
    values: { accounts: 120, entries: 4_816 },
  },
};

/** What some types change, where it is neither a creation nor a deletion. */
const CHANGES: Readonly<Record<string, EventExample['changes']>> = {
  'project.renamed': { name: { before: 'Acme sandbox', after: 'Acme staging' } },
  'project.updated': { country: { before: null, after: 'DE' } },
  'project.verified': { verified: { before: false, after: true } },
  'project.activated': { status: { before: 'new', after: 'activated' } },
  'project.suspended': { status: { before: 'activated', after: 'suspended' } },
  'project.restored': { status: { before: 'deleted', after: 'activated' } },
  'project.ownership_transferred': { owner: { before: 'ada@example.com', after: 'grace@example.com' } },
  'member.role_changed': { role: { before: 'viewer', after: 'member' } },
  'member.suspended': { status: { before: 'active', after: 'suspended' } },
  'member.activated': { status: { before: 'suspended', after: 'active' } },
  'api_key.updated': { name: { before: 'Import', after: 'Nightly import' } },
  'api_key.suspended': { status: { before: 'activated', after: 'suspended' } },
  'api_key.activated': { status: { before: 'suspended', after: 'activated' } },
  'api_key.regenerated': { preview: { before: 'bw_test_…x4Qz', after: 'bw_test_…9aBc' } },
  'api_key.revoked': { status: { before: 'activated', after: 'revoked' } },
  'webhook_endpoint.secret_rotated': { preview: { before: 'whsec_…x4Qz', after: 'whsec_…9aBc' } },
  'webhook_endpoint.disabled': { status: { before: 'enabled', after: 'disabled' } },
  'slot.updated': { capacity: { before: 10, after: 15 } },
  'alert_threshold.updated': { value: { before: 5, after: 10 } },
};

/** Said by the server itself. */
const BY_SYSTEM = new Set([
  ...['alert.fired', 'webhook_endpoint.disabled', 'retention.purged', 'report.ready'],
  ...['billing.expired', 'billing.mismatch_found'],
]);
const ENDINGS = new Set(['deleted', 'removed', 'revoked']);

/** The example of an event type; of one that nothing is known of, an example that is as plain as can be. */
export function exampleOf(type: string): EventExample {
  const [subject = '', verb = ''] = type.split('.');
  const about = ABOUT_OTHERS[type] ?? SUBJECTS[subject] ?? { prefix: 'prj', name: null, values: {} };
  const id = 'id' in about ? about.id : idOf(about.prefix);
  const target = { type: about.type ?? subject, id, name: about.name };
  return {
    target,
    changes: CHANGES[type] ?? changesOf(verb, about.values),
    actor: BY_SYSTEM.has(type) ? SYSTEM : PERSON,
  };
}

function changesOf(verb: string, values: Values): EventExample['changes'] {
  const ended = ENDINGS.has(verb);
  const change = (value: unknown) =>
    ended ? { before: value, after: null } : { before: null, after: value };
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, change(value)]));
}
