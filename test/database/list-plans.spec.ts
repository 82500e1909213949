import type { EntityManager } from 'typeorm';
import { RequestContext } from '../../src/kernel/context/request-context.js';
import { Database } from '../../src/kernel/database/database.js';
import { exampleId } from '../../src/kernel/database/ids.js';
import { FILLED, fillLists } from '../bench/fill-lists.mjs';
import { bearer } from '../support/client.js';
import { laneDatabase } from '../support/lane.js';
import { type OpenApi, type Operation, operationsOf } from '../support/openapi-arbitraries.js';
import { admin, createKey, ROLE_IDS } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

/* Asks every list of the OpenAPI document with each of its filters, notes the statements that reach the database, and
 * looks at their plans: none may read a whole table, nor sort what nothing bounds. */

const SIZES = { projects: 1_000, events: 3_000 };

/** What to ask for where the document's enumerations do not say it. A new filter is added here, by its name or with its path. */
const VALUES: Record<string, readonly string[]> = {
  q: ['weather'],
  from: [FILLED.events.from],
  to: [FILLED.events.to],
  type: ['project.created', 'project.*'],
  organization_id: [FILLED.organization],
  project_id: [FILLED.project],
  actor_id: [FILLED.owner.id],
  target_id: [FILLED.project],
  api_key_id: [FILLED.key],
  member_id: [FILLED.teamMember],
  status: ['404', '4xx'],
  method: ['GET'],
  route: ['/v1/route1'],
  '/v1/projects/{id}/request-logs q': ['route1', 'weather', exampleId('req')],
  ip: ['203.0.113.7'],
  '/v1/projects/{id}/media type': ['image', 'image/png'],
  role_id: [ROLE_IDS.administrator],
  expiring_before: [FILLED.events.to],
  unused_since: [new Date().toISOString()],
  customer_id: [FILLED.customer],
  transaction_id: ['transaction 7'],
  wallet: ['default', 'seats'],
  source: ['default'],
  resource_id: ['resource 1'],
  '/v1/slot/events/{id} types': ['CLAIM,RELEASE'],
  '/v1/entitlement/{customer}/events types': ['SET'],
  sources: ['plan'],
  feature_key: ['f1'],
  from_at: [FILLED.events.from],
  to_at: [FILLED.events.to],
};

let server: TestServer;
let manager: EntityManager;
let callers: string[];
let lists: Operation[];
const statements: { sql: string; parameters: unknown[] }[] = [];

beforeAll(async () => {
  // What jobs ask for at their own times is no list.
  server = await startServer({ RUN_JOBS: 'false' });
  await fillLists(server.databaseUrl, SIZES);
  manager = server.app.get(Database).read(RequestContext.reading('test'));
  const owner = bearer(FILLED.owner.token);
  const { secret } = await createKey(server, owner, FILLED.project, { role_id: ROLE_IDS.administrator });
  callers = [(await admin(server)).auth, owner, bearer(FILLED.member.token), bearer(secret)];
  const document: OpenApi = (await server.api.get('/docs/openapi.json')).body;
  lists = operationsOf(document).filter(({ method, path }) => {
    const schema =
      document.paths[path]![method.toLowerCase()].responses['200']?.content?.['application/json'];
    const name = schema?.schema.$ref?.split('/').at(-1);
    return method === 'GET' && name && 'next_cursor' in (document.components.schemas[name]!.properties ?? {});
  });
  const note = (sql: string, parameters: unknown[] = []) => statements.push({ sql, parameters });
  const ignore = () => undefined;
  Object.assign(manager.dataSource, {
    logger: { logQuery: note, logQueryError: ignore, logQuerySlow: ignore, log: ignore },
  });
});
afterAll(() => server.stop());

it('no list reads a whole table, nor sorts what nothing bounds', async () => {
  const faults: Record<string, string[]> = {};
  const looked = new Set<string>();
  expect(lists.length).toBeGreaterThan(15);
  for (const url of lists.flatMap(urlsOf)) {
    for (const { sql, parameters } of await statementsOf(url)) {
      if (looked.has(sql)) continue;
      looked.add(sql);
      const wrong = await faultsOf(sql, parameters);
      if (wrong.length) faults[`${url}: ${sql}`] = wrong;
    }
  }
  expect(faults).toEqual({});
});

/** The list as it is, and narrowed by each of its filters. */
function urlsOf({ path, parameters }: Operation): string[] {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (path.startsWith('/v1/projects') && name === 'id') return FILLED.project;
    if (path.startsWith('/v1/organizations')) return FILLED.organization;
    if (name === 'whk') return FILLED.endpoint;
    if (name === 'customer_id' || /^\/v1\/(customers|slot|entitlement)\//.test(path))
      return encodeURIComponent(FILLED.customer);
    throw new Error(`nothing is filled in for {${name}} of ${path}`);
  });
  const filters = parameters.filter(({ name, in: place }) => place === 'query' && name !== 'cursor');
  const narrowed = filters.flatMap(({ name, schema }) => {
    if (name === 'limit') return ['limit=2'];
    const values = schema?.enum ?? VALUES[`${path} ${name}`] ?? VALUES[name];
    if (!values) throw new Error(`VALUES does not say what to ask for with ${name} of ${path}`);
    return values.map(value => `${name}=${encodeURIComponent(String(value))}`);
  });
  return [url, ...narrowed.map(query => `${url}?${query}`)];
}

/** What is asked of the database for the first page and the next, whoever asks. */
async function statementsOf(url: string): Promise<typeof statements> {
  statements.length = 0;
  let answered = false;
  for (const auth of callers) {
    const first = await server.api.get(url, { auth, query: { limit: 2 } });
    if (first.status !== 200) continue;
    answered = true;
    const cursor = first.body.next_cursor;
    if (cursor) await server.api.get(url, { auth, query: { limit: 2, cursor } });
  }
  if (!answered) throw new Error(`nobody may ask for ${url}`);
  return statements.filter(({ sql }) => /^\s*SELECT/i.test(sql));
}

async function faultsOf(sql: string, parameters: unknown[]): Promise<string[]> {
  // A step of a walk, or figures of the objects of one page.
  const bounded = /t\.\w+ >= \?/.test(sql) || / IN \(.* GROUP BY /s.test(sql);
  if (laneDatabase === 'sqlite') {
    const plan = await manager.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    const details = plan.map(({ detail }) => detail);
    const sorts = bounded ? /ORDER BY/ : /TEMP B-TREE/;
    // A key has few series, a project may have thousands.
    const ofKey = /"s"\."api_key_id" = \?/.test(sql);
    return details.filter(
      detail =>
        /^SCAN (?!CONSTANT|\(|p\d+|step)/.test(detail) ||
        (/TEMP B-TREE/.test(detail) && sorts.test(detail)) ||
        (ofKey && /request_series_(project|organization)/.test(detail)),
    );
  }
  type Line = Record<
    'id' | 'select_type' | 'table' | 'type' | 'possible_keys' | 'r_rows' | 'Extra',
    string | null
  >;
  const plan = await manager.query<Line[]>(`ANALYZE ${sql}`, parameters);
  return plan
    .filter(({ id, select_type, table, type, possible_keys, r_rows, Extra }, at) => {
      if (table?.startsWith('<')) return false;
      // Where an index would do, but most rows of the few are asked for, MariaDB rightly reads them all.
      const scans = type === 'ALL' && (possible_keys === null || select_type === 'MATERIALIZED');
      // For each row of the tables before it.
      const many = at > 0 && plan[at - 1]!.id === id && Number(r_rows) > 100;
      return scans || many || type === 'index_merge' || (!bounded && /filesort|temporary/i.test(Extra ?? ''));
    })
    .map(line => JSON.stringify(line));
}
