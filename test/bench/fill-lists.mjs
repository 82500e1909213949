// Fills a stopped server's database with what lists show, past the server: plain rows, many at a time.
import { createHash } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { encodeTime } from 'ulid';
import { Sqlite } from './sqlite.mjs';

const ROWS_PER_INSERT = 500;
const DAY_MS = 86_400_000;
const ENDS = Date.now() - 60_000;
const TYPES = [
  ...['project.created', 'project.renamed', 'project.updated', 'api_key.created', 'api_key.updated'],
  ...['member.joined', 'member.removed', 'role.created', 'role.updated', 'access.denied'],
];
const SYSTEM_ROLE = 'rol_00000000000000000000000001';

/** Who and what the filled database holds; the same whatever its size. */
export const FILLED = {
  owner: { id: id('usr', 1), token: token(1) },
  member: { id: id('usr', 2), token: token(2) },
  organization: id('org', 1),
  project: id('prj', 1),
  key: id('key', 1),
  teamMember: id('mbr', 1),
  endpoint: id('whk', 1),
  customer: 'customer 1',
  events: {
    from: new Date(ENDS - 20 * DAY_MS).toISOString(),
    to: new Date(ENDS - 10 * DAY_MS).toISOString(),
  },
};

/**
 * Adds `projects` projects, half of them in the organization of `owner`, a quarter with `member` in the team;
 * as many accounts; `events` entries in the log of one project, a mail for every fifth of them and a logged request
 * each; and in its ledger, half of them of one customer.
 */
export async function fillLists(databaseUrl, sizes) {
  const database = await open(databaseUrl);
  await database.fill('users', users(sizes));
  await database.fill('sessions', sessions());
  await database.fill('organizations', organizations(sizes));
  await database.fill('organization_members', organizationMembers(sizes));
  await database.fill('projects', projects(sizes));
  await database.fill('members', members(sizes));
  await database.fill('api_keys', keys(sizes));
  await database.fill('invitations', invitations());
  await database.fill('roles', roles());
  await database.fill('visibility_rules', rules());
  await database.fill('alert_thresholds', thresholds());
  await database.fill('media_files', media(sizes));
  await database.fill('promotion_requests', promotions(sizes));
  await database.fill('webhook_endpoints', endpoints());
  await database.fill('webhook_queues', queues());
  await database.fill('webhook_deliveries', deliveries(sizes));
  await database.fill('webhook_attempts', attempts(sizes));
  await database.fill('reports', reports());
  await database.fill('events', events(sizes));
  await database.fill('notifications', notifications(sizes));
  await database.fill('request_series', series(sizes));
  await database.fill('request_logs', requests(sizes));
  await database.fill('customers', customers(sizes));
  await database.fill('wallet_accounts', accounts(sizes));
  await database.fill('ledger_entries', entries(sizes));
  await database.fill('slot_events', slotEvents());
  await database.fill('entitlement_events', entitlementEvents());
  await database.close();
}

/** Adds customers with `events` ledger entries to one project alone, half of them of one customer. */
export async function fillLedger(databaseUrl, sizes) {
  const database = await open(databaseUrl);
  const few = { projects: 800 };
  for (const [table, rows] of Object.entries({
    users,
    organizations,
    organization_members: organizationMembers,
    projects,
  }))
    await database.fill(table, rows(few));
  await database.fill('sessions', sessions());
  await database.fill('customers', customers(sizes));
  await database.fill('wallet_accounts', accounts(sizes));
  await database.fill('ledger_entries', entries(sizes));
  await database.close();
}

function* users({ projects }) {
  for (let i = 1; i <= projects; i++) {
    yield {
      ...{ id: id('usr', i), email: `person${i}@people.example`, first_name: 'Ada', name: `Lovelace ${i}` },
      ...{ status: i % 50 ? 'activated' : 'suspended', platform_role: 'user', password_hash: '-' },
      ...{ password_change_required: 0, search_text: `ada lovelace ${i} person${i}@people.example` },
      created_at: instant(ENDS),
    };
  }
}

function* sessions() {
  for (let i = 1; i <= 2; i++) {
    yield {
      ...{ id: id('ses', i), user_id: id('usr', i), token_hash: hashOf(token(i)), created_at: instant(ENDS) },
      ...{ last_seen_at: instant(Date.now()), expires_at: instant(Date.now() + DAY_MS / 2) },
    };
  }
}

/** The first of `owner` with half of all projects, the second of somebody else with the others; empty ones. */
function* organizations({ projects }) {
  for (let i = 1; i <= projects / 2; i++) {
    yield {
      ...{ id: id('org', i), name: `Works ${i}`, owner_id: id('usr', ownerOf(i)), personal: i > 2 ? 0 : 1 },
      ...{ plan: 'standard', requests_per_minute: 1e9, requests_per_day: 1e12, created_at: instant(ENDS) },
    };
  }
}

function ownerOf(organization) {
  return organization <= 20 && organization !== 2 ? 1 : organization + 1;
}

function* organizationMembers({ projects }) {
  const member = (i, org, user, role) => ({
    ...{ id: id('mbr', 1e9 + i), organization_id: id('org', org), user_id: id('usr', user), role },
    ...{ status: 'active', added_at: instant(ENDS) },
  });
  for (let i = 1; i <= projects / 2; i++) yield member(i, i, ownerOf(i), 'owner');
  for (let i = 100; i <= projects / 2; i++) yield member(1e6 + i, 1, i, 'member');
}

function* projects({ projects }) {
  for (let i = 1; i <= projects; i++) {
    yield {
      ...{ id: id('prj', i), organization_id: id('org', i % 2 ? 1 : 2), owner_id: id('usr', i % 2 ? 1 : 3) },
      ...{
        name: `Weather ${i}`,
        search_text: `weather ${i}`,
        status: statusOf(i),
        created_at: instant(ENDS),
      },
      environment: i % 40 ? 'sandbox' : 'production',
    };
  }
}

function statusOf(i) {
  if (i === 1) return 'activated';
  return i % 100 === 0 ? 'suspended' : i % 25 === 0 ? 'deleted' : i % 2 ? 'new' : 'activated';
}

function* members({ projects }) {
  const member = (i, project, user) => ({
    ...{ id: id('mbr', i), project_id: id('prj', project), user_id: id('usr', user), role_id: SYSTEM_ROLE },
    ...{ current_user_id: id('usr', user), status: 'active', added_at: instant(ENDS) },
  });
  for (let i = 1; i <= projects; i++) yield member(i, i, i % 2 ? 1 : 3);
  for (let i = 4; i <= projects; i += 4) yield member(2e6 + i, i, 2);
  for (let i = 4; i <= 200; i++) yield member(4e6 + i, 1, i);
}

function* keys({ projects }) {
  for (let i = 1; i <= projects / 4 + 200; i++) {
    yield {
      ...{
        id: id('key', i),
        project_id: id('prj', i <= 200 ? 1 : i),
        role_id: SYSTEM_ROLE,
        name: `Script ${i}`,
      },
      ...{
        status: i % 10 ? 'activated' : 'revoked',
        preview: 'bw_test_…abcd',
        secret_hash: hashOf(`key ${i}`),
      },
      ...{ allowed_ips: '[]', allowed_domains: '[]', created_by: id('usr', 1), created_at: instant(ENDS) },
      search_text: `script ${i} bw_test_...abcd`,
    };
  }
}

/** A hundred in one project, a few in others, so that an index is worth its while. */
function* eachOfProjects() {
  for (let i = 1; i <= 100; i++) yield [i, id('prj', 1)];
  for (let i = 101; i <= 2_000; i++) yield [i, id('prj', 2 + (i % 400))];
}

function* invitations() {
  for (const [i, project] of eachOfProjects()) {
    const target = i % 2 || i > 100 ? { project_id: project } : { organization_id: id('org', 1) };
    yield {
      ...{ id: id('inv', i), project_id: null, organization_id: null, ...target },
      ...{ role: i % 2 ? SYSTEM_ROLE : 'member', email: `guest${i}@people.example` },
      ...{ status: i % 3 ? 'declined' : 'pending', pending_key: i % 3 ? null : `guest ${i}` },
      ...{ invited_by: id('usr', 1), invited_by_name: 'Ada', expires_at: instant(ENDS + 7 * DAY_MS) },
      created_at: instant(ENDS),
    };
  }
}

function* roles() {
  for (const [i, project_id] of eachOfProjects()) {
    if (i < 10) continue;
    yield { id: id('rol', i), project_id, name: `Role ${i}`, permissions: '[]', created_at: instant(ENDS) };
  }
}

function* rules() {
  for (const [i, project_id] of eachOfProjects()) {
    yield { id: id('avr', i), project_id, attribute: `customer.metadata.f${i}`, created_at: instant(ENDS) };
  }
}

function* thresholds() {
  for (const [i, project_id] of eachOfProjects()) {
    yield {
      ...{ id: id('alr', i), project_id, metric: 'requests', operator: '>', value: i, window: '1h' },
      ...{ channels: '["email"]', state: 'ok', created_at: instant(ENDS) },
    };
  }
}

const MEDIA_TYPES = ['image/png', 'image/jpeg', 'text/plain', 'video/mp4'];
const MEDIA_STATUSES = ['active', 'active', 'active', 'suspended', 'deleted'];

/** Three quarters in one project. */
function* reports() {
  for (const [i, project_id] of eachOfProjects()) {
    yield {
      ...{ id: id('rpt', i), project_id, kind: 'team', format: 'csv', bom: 0, status: 'expired', deleted: 0 },
      ...{ stored: 0, run: 1, progress: 1, rows: i, bytes: i, hidden: '[]', requested_by: id('usr', 1) },
      created_at: instant(ENDS),
    };
  }
}

function* media({ events }) {
  for (let i = 1; i <= events / 2; i++) {
    const status = MEDIA_STATUSES[i % 5];
    const type = MEDIA_TYPES[(i * 7) % 4];
    const sha256 = createHash('sha256').update(String(i)).digest('hex');
    yield {
      ...{ id: id('med', i), project_id: id('prj', i % 4 ? 1 : 2 + (i % 400)), name: `Weather ${i}.png` },
      ...{
        search_text: `weather ${i}.png`,
        size: 1_000,
        content_type: type,
        kind: type.split('/')[0],
        sha256,
      },
      ...{
        live_sha256: status === 'deleted' ? null : sha256,
        status,
        visibility: i % 3 ? 'public' : 'private',
      },
      ...{ uploader_type: 'user', uploader_id: id('usr', 1), uploader_name: 'Ada Lovelace' },
      ...{ created_at: instant(ENDS), deleted_at: status === 'deleted' ? instant(ENDS) : null },
    };
  }
}

function* endpoints() {
  for (const [i, project_id] of eachOfProjects()) {
    yield {
      ...{
        id: id('whk', i),
        project_id,
        lineage: id('whk', i),
        url: 'https://hooks.example.com',
        event_types: '["*"]',
      },
      ...{ status: i % 3 ? 'enabled' : 'disabled', created_at: instant(ENDS) },
    };
  }
}

function* queues() {
  for (const [i, project_id] of eachOfProjects()) yield { endpoint_id: id('whk', i), project_id };
}

/** Most of them to one endpoint, as many as there are events; every eleventh failed. */
function* deliveries({ events }) {
  for (let i = 1; i <= events; i++) {
    const at = ENDS - 30 * DAY_MS + Math.floor((i * 30 * DAY_MS) / events);
    yield {
      ...{ id: id('dlv', i, at), project_id: id('prj', 1), endpoint_id: id('whk', i % 10 ? 1 : 2) },
      ...{ event_id: id('evt', i, at), type: TYPES[(i * 7) % TYPES.length], test: 0 },
      ...{ status: i % 11 ? 'succeeded' : 'failed', attempt_count: 1, step: 1, in_order: 0 },
      created_at: instant(at),
    };
  }
}

function* attempts({ events }) {
  for (let i = 1; i <= events; i++) {
    const at = ENDS - 30 * DAY_MS + Math.floor((i * 30 * DAY_MS) / events);
    yield {
      ...{ id: id('wat', i, at), endpoint_id: id('whk', i % 10 ? 1 : 2), delivery_id: id('dlv', i, at) },
      ...{ test: 0, succeeded: i % 11 ? 1 : 0, status_code: i % 11 ? 200 : 500, latency_ms: i % 400 },
      ...{ response_body: 'ok', at: instant(at) },
    };
  }
}

/** Over thirty days: most in one project; every eleventh the platform's, by users and admins. */
/** Of one project the requests it had before, of others one that waits for its review. */
function* promotions({ projects }) {
  for (let i = 1; i <= projects / 2; i++) {
    const own = i <= 100;
    yield {
      ...{ id: id('prm', i), project_id: id('prj', own ? 1 : i), target_id: null, pending_key: null },
      ...{ status: own ? (i % 2 ? 'applied' : 'rejected') : 'under_review', made_target: 0, change_count: 0 },
      ...{ requested_by: id('usr', 1), digest: '', first_changes: '[]', created_at: instant(ENDS) },
    };
  }
}

function* events({ events }) {
  for (let i = 1; i <= events; i++) {
    const at = ENDS - 30 * DAY_MS + Math.floor((i * 30 * DAY_MS) / events);
    const platform = i % 11 === 0;
    const type = TYPES[(i * 7) % TYPES.length];
    yield {
      ...{ id: id('evt', i, at), project_id: platform ? null : id('prj', 1), sequence: i, hash: '-', type },
      ...{
        outcome: i % 997 ? 'success' : 'denied',
        category: platform ? (i % 2 ? 'user' : 'admin') : 'project',
      },
      ...{
        actor_type: 'user',
        actor_id: id('usr', 1 + (i % 20)),
        actor_name: 'Ada Lovelace',
        actor_role: 'administrator',
      },
      ...{ target_type: 'project', target_id: id('prj', 1 + (i % 500)), target_name: `Weather ${i}` },
      search_text: `${type} weather ${i} ada lovelace`,
      changes: JSON.stringify({
        name: { before: `Weather ${i - 1}`, after: `Weather ${i}` },
        country: { before: 'FR', after: 'DE' },
      }),
      ...{
        effects: '[]',
        ip: '203.0.113.7',
        user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
      },
      ...{ request_id: id('req', i, at), created_at: instant(at) },
    };
  }
}

function* notifications({ events }) {
  for (let i = 1; i <= events / 5; i++) {
    yield {
      ...{
        id: id('ntf', i),
        to_address: `person${i}@people.example`,
        template: 'welcome',
        subject: 'Welcome',
        attempts: 1,
      },
      ...{ search_text: `person${i}@people.example welcome`, status: i % 100 ? 'sent' : 'failed' },
      ...{ created_at: instant(ENDS), sent_at: instant(ENDS) },
    };
  }
}

const SERIES = 100;

function* series({ events }) {
  for (let i = 1; i <= SERIES; i++) {
    yield {
      ...{
        id: i,
        project_id: id('prj', 1),
        organization_id: id('org', 1),
        api_key_id: id('key', 1 + (i % 20)),
      },
      ...{
        method: 'GET',
        route: `/v1/route${Math.ceil(i / 20)}`,
        status: i % 10 ? 200 : 404,
        logged: events / SERIES,
      },
    };
  }
}

function* requests({ events }) {
  for (let i = 1; i <= events; i++) {
    const at = ENDS - 30 * DAY_MS + Math.floor((i * 30 * DAY_MS) / events);
    yield {
      id: id('req', i, at),
      project_id: id('prj', 1),
      series_id: 1 + (i % SERIES),
      duration_ms: i % 40,
    };
  }
}

const customersOf = ({ events }) => Math.ceil(events / 5);

/** Most in one project, a few in others. */
function* customers(sizes) {
  for (let i = 1; i <= customersOf(sizes); i++) {
    yield {
      ...{
        id: id('cus', i),
        project_id: id('prj', i % 10 ? 1 : 2 + (i % 400)),
        customer_id: `customer ${i}`,
      },
      ...{ name: `Grace ${i}`, email: null, metadata: '{}', search_text: `customer ${i} grace ${i}` },
      created_at: instant(ENDS),
    };
  }
}

function* accounts(sizes) {
  for (let i = 1; i <= customersOf(sizes); i++) {
    yield {
      ...{
        id: id('acc', i),
        project_id: id('prj', i % 10 ? 1 : 2 + (i % 400)),
        customer_row_id: id('cus', i),
      },
      ...{ wallet: i % 3 ? 'default' : 'promo', source: 'default', window_key: '/', total: 1e12, used: 0 },
      ...{ frozen: 0, expired: 0, swept: 0, created_at: instant(ENDS) },
    };
  }
}

const ENTRY_TYPES = ['GRANT', 'CONSUME', 'CONSUME', 'FREEZE', 'UNFREEZE'];

/** Half of them of the first customer. */
function* entries({ events }) {
  for (let i = 1; i <= events; i++) {
    const at = ENDS - 30 * DAY_MS + Math.floor((i * 30 * DAY_MS) / events);
    const customer = i % 2 ? 1 : 1 + (i % customersOf({ events }));
    const type = ENTRY_TYPES[i % ENTRY_TYPES.length];
    yield {
      ...{ id: id('led', i, at), project_id: id('prj', 1), customer_row_id: id('cus', customer) },
      ...{
        account_id: id('acc', customer),
        operation_type: type,
        amount: 1,
        total_change: 0,
        used_change: 0,
      },
      ...{
        frozen_change: 0,
        expired_change: 0,
        wallet: customer % 3 ? 'default' : 'promo',
        source: 'default',
      },
      ...{ transaction_id: `transaction ${i}`, business_type: 'UNDEFINED', created_at: instant(at) },
    };
  }
}

function* slotEvents() {
  for (let i = 1; i <= 2_000; i++) {
    yield {
      ...{
        id: id('sle', i),
        project_id: id('prj', 1),
        customer_row_id: id('cus', i % 20 ? 2 + (i % 400) : 1),
      },
      ...{ type: i % 2 ? 'CLAIM' : 'RELEASE', wallet: 'seats', source: 'plan', amount: 1 },
      ...{ resource_id: `resource ${i % 9}`, created_at: instant(ENDS) },
    };
  }
}

function* entitlementEvents() {
  for (let i = 1; i <= 2_000; i++) {
    yield {
      ...{
        id: id('ene', i),
        customer_row_id: id('cus', i % 20 ? 2 + (i % 400) : 1),
        feature_key: `f${i % 9}`,
      },
      ...{ type: i % 2 ? 'SET' : 'REMOVE', created_at: instant(ENDS) },
    };
  }
}

/** The way to insert: `fill` takes rows whose fields are the table's columns. */
async function open(url) {
  if (url.startsWith('sqlite:')) {
    const database = new Sqlite(url.slice('sqlite:'.length));
    database.pragma('synchronous = OFF');
    const fill = (table, rows) => {
      database.exec('BEGIN');
      let insert;
      for (const row of rows) {
        insert ??= database.prepare(insertInto(table, row, 1));
        insert.run(Object.values(row));
      }
      database.exec('COMMIT');
    };
    return { fill, close: () => database.close() };
  }
  const connection = await createConnection({ uri: url.replace('mariadb:', 'mysql:') });
  await connection.query('SET unique_checks = 0, foreign_key_checks = 0');
  const fill = async (table, rows) => {
    await connection.query('BEGIN');
    for (const some of inBatches(rows)) {
      const values = some.flatMap(row => Object.values(row));
      await connection.query(insertInto(table, some[0], some.length), values);
    }
    await connection.query('COMMIT');
    await connection.query(`ANALYZE TABLE ${table}`);
  };
  return { fill, close: () => connection.end() };
}

function insertInto(table, row, count) {
  const names = Object.keys(row);
  const places = `(${names.map(() => '?').join(', ')})`;
  // Some are words of SQL; SQLite takes these quotes as well.
  const columns = names.map(name => `\`${name}\``).join(', ');
  return `INSERT INTO ${table} (${columns}) VALUES ${Array(count).fill(places).join(', ')}`;
}

function* inBatches(rows) {
  let batch = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length === ROWS_PER_INSERT) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length) yield batch;
}

function id(prefix, number, at = ENDS) {
  return `${prefix}_${encodeTime(at, 10).toLowerCase()}${number.toString(16).padStart(16, '0')}`;
}

function token(number) {
  return `bws_${String(number).padStart(43, 't')}`;
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('base64url');
}

function instant(at) {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '');
}
