const ULID = '01kaj0v7w3m6tn5x9q2e8rfyzd';

/** An id as in examples. */
export const exampleId = (prefix: string) => `${prefix}_${ULID}`;

const INSTANT = '2026-01-31T12:00:00.000Z';

/** What stands in examples for a text property of that name whose schema gives none of its own. */
const BY_NAME: Readonly<Record<string, string>> = {
  ...ids(
    'actor_id:usr user_id:usr owner_id:usr created_by:usr subject_user_id:usr verified_by:usr requester_id:usr',
  ),
  ...ids(
    'organization_id:org project_id:prj member_id:mbr role_id:rol key_id:key api_key_id:key event_id:evt',
  ),
  ...ids('request_id:req notification_id:ntf'),
  created_at: INSTANT,
  updated_at: INSTANT,
  expires_at: INSTANT,
  email: 'ada@example.com',
  first_name: 'Ada',
  name: 'Lovelace',
  phone: '+44 20 7946 0000',
  country: 'GB',
  device: 'Firefox on Linux',
  location: 'London, GB',
  ip: '203.0.113.7',
  user_agent: 'curl/8.5.0',
  url: 'https://api.example.com/v1/whoami',
  reason: 'Asked for by its owner.',
  description: 'Where the integration is tried out.',
  purpose: 'Billing integration',
  password: 'correct horse battery staple',
  current_password: 'correct horse battery staple',
  new_password: 'eleven purple walruses on parade',
  token: 'k3Jw…',
  next_cursor: 'djE6cHJq…',
  last_used_ip: '203.0.113.7',
};

const LISTS: Readonly<Record<string, string[]>> = {
  allowed_ips: ['203.0.113.0/24'],
  allowed_domains: ['example.com'],
  permissions: ['project:read', 'api_keys:write'],
};

/** What examples call, and how they identify, what is no person; by the schema or property it stands in. */
const BY_KIND: readonly (readonly [RegExp, prefix: string, name: string])[] = [
  [/role/i, 'rol', 'Support'],
  [/key/i, 'key', 'Nightly import'],
  [/project|settings/i, 'prj', 'Acme sandbox'],
  [/organization(?!member|invitation)/i, 'org', 'Acme'],
  [/owner|user|actor|principal/i, 'usr', 'Ada Lovelace'],
];

/** What a path parameter means, by the collection before it. No example: Swagger UI would fill it in. */
export function describeParameter(path: string, name: string): string | undefined {
  const before =
    path
      .slice(0, path.indexOf(`{${name}}`))
      .split('/')
      .at(-2) ?? '';
  const known = PARAMETERS[before];
  return known && `Id of ${known[1]}, \`${known[0]}_…\`.`;
}

const PARAMETERS: Readonly<Record<string, readonly [prefix: string, what: string]>> = {
  projects: ['prj', 'the project'],
  organizations: ['org', 'the organization'],
  users: ['usr', 'the user'],
  sessions: ['ses', 'the session'],
  events: ['evt', 'the event'],
  members: ['mbr', 'the member'],
  invitations: ['inv', 'the invitation'],
  roles: ['rol', 'the role'],
  'attribute-visibility': ['avr', 'the rule'],
  'api-keys': ['key', 'the API key'],
  media: ['med', 'the file'],
  'webhook-endpoints': ['whk', 'the webhook endpoint'],
  deliveries: ['dlv', 'the delivery'],
  'alert-thresholds': ['alr', 'the alert threshold'],
  reports: ['rpt', 'the report'],
  'promotion-requests': ['prm', 'the promotion request'],
  lookup: ['prj', 'anything you may see'],
};

type Schema = Record<string, unknown>;

/** Makes the schemas pleasant to read: examples where they have none, and no bounds that say nothing. */
export function polishSchemas(schemas: Record<string, unknown>): void {
  for (const [title, schema] of Object.entries(schemas)) polish(schema, title);
}

/** `place` is the name of the schema, or of the property it stands in. */
function polish(node: unknown, place: string): void {
  if (Array.isArray(node)) node.forEach(each => polish(each, place));
  if (!isObject(node)) return;
  // Zod bounds every integer by what a double can count exactly.
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
  for (const [key, child] of Object.entries(node)) {
    if (key === 'properties') polishProperties(child as Schema, place);
    else if (!VALUES.has(key)) polish(child, place);
  }
}

function polishProperties(properties: Schema, place: string): void {
  for (const [name, property] of Object.entries(properties)) {
    polish(property, name === 'items' ? place : name);
    if (isObject(property) && !SAYS_ENOUGH.some(key => key in property)) {
      const example = exampleFor(property, name, place);
      if (example !== undefined) property.example = example;
    }
  }
}

function exampleFor(property: Schema, name: string, place: string): unknown {
  if (property.type === 'array') return LISTS[name];
  if (![property.type].flat().includes('string')) return undefined;
  const kind = BY_KIND.find(([pattern]) => pattern.test(place));
  if (kind && name === 'id') return exampleId(kind[1]);
  if (kind && name === 'name') return kind[2];
  return BY_NAME[name];
}

const VALUES = new Set(['example', 'examples', 'default', 'enum', 'const']);
const SAYS_ENOUGH = [...VALUES, '$ref', 'format'];

function isObject(value: unknown): value is Schema {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** `name:prefix` pairs as examples of ids. */
function ids(pairs: string): Record<string, string> {
  return Object.fromEntries(
    pairs.split(' ').map(pair => {
      const [name, prefix] = pair.split(':') as [string, string];
      return [name, exampleId(prefix)];
    }),
  );
}
