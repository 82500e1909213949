import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { MYSQL_URL } from '../support/services.mjs';
import { FILLED, fillLists } from './fill-lists.mjs';
import { signIn, startBuilt } from './servers.mjs';

const FEW = { projects: 1_000, events: 5_000 };
const MANY = {
  projects: Number(process.env.BENCH_PROJECTS || 100_000),
  events: Number(process.env.BENCH_EVENTS || 500_000),
};
const ROUNDS = Number(process.env.BENCH_ROUNDS || 15);
const DATABASES = (process.env.BENCH_DATABASES || 'sqlite mariadb').split(' ');

const events = `/v1/projects/${FILLED.project}/events`;
const requests = `/v1/projects/${FILLED.project}/request-logs`;
const { from, to } = FILLED.events;
const ROUTES = {
  root: [
    ...['/v1/projects', '/v1/projects?status=suspended', '/v1/projects?environment=production'],
    ...[
      `/v1/projects?organization_id=${FILLED.organization}`,
      '/v1/projects?q=weather',
      '/v1/projects?q=r+777',
    ],
    ...['/v1/users', '/v1/users?status=suspended', '/v1/users?q=lovelace', '/v1/users?q=person777@'],
    ...['/v1/notifications', '/v1/notifications?status=failed', '/v1/notifications?q=person777@'],
    ...['/v1/events', '/v1/events?about=admin', '/v1/events?type=project.*', '/v1/events?type=role.created'],
    ...[
      `/v1/events?limit=50&actor_id=${FILLED.owner.id}`,
      '/v1/events?limit=5&outcome=denied',
      '/v1/events?outcome=failed',
    ],
    ...[`/v1/events?from=${from}&to=${to}`, '/v1/events?q=weather', '/v1/events?q=weather+4777+'],
  ],
  owner: [
    ...['/v1/projects', '/v1/projects?status=suspended', '/v1/projects?environment=production'],
    ...[
      `/v1/projects?organization_id=${FILLED.organization}`,
      '/v1/projects?q=weather',
      '/v1/projects?q=r+777',
    ],
    ...['/v1/organizations', `/v1/organizations/${FILLED.organization}`],
    ...[
      `/v1/organizations/${FILLED.organization}/members`,
      `/v1/organizations/${FILLED.organization}/invitations`,
    ],
    ...[`/v1/organizations/${FILLED.organization}/request-logs`],
    ...[events, `${events}?type=project.*`, `${events}?type=role.created`, `${events}?type=organization.*`],
    ...[
      `${events}?actor_id=${FILLED.owner.id}`,
      `${events}?actor_id=usr_nobody`,
      `${events}?target_id=${FILLED.project}`,
    ],
    ...[`${events}?limit=4&outcome=denied`, `${events}?outcome=failed`, `${events}?from=${from}&to=${to}`],
    ...[`${events}?type=project.*&outcome=denied`, `${events}?q=weather`, `${events}?q=weather+4777+`],
    ...[
      'members',
      'members?q=person77',
      'invitations',
      'roles',
      'api-keys',
      'attribute-visibility',
      'alert-thresholds',
      'customers',
      'customers?q=grace+77',
      'ledger',
      'ledger?operation_type=FREEZE',
      'customers/customer%201/ledger',
      'customers/customer%201',
    ].map(list => `/v1/projects/${FILLED.project}/${list}`),
    ...[
      requests,
      `${requests}?status=404`,
      `${requests}?from=${from}&to=${to}`,
      '/v1/sessions',
      '/v1/me/invitations',
    ],
  ],
  member: [
    '/v1/projects',
    '/v1/projects?status=suspended',
    '/v1/projects?environment=production',
    '/v1/projects?q=r+776',
  ],
};

/**
 * Every list with 1,000 projects and 5,000 events in one of them, and with a hundred times as many, on both
 * databases, in turns. Target: at most 2 × the time, of a search at most 30 ×, the event loop held for 20 ms at most.
 */
export async function lists() {
  for (const kind of DATABASES) {
    const few = await filledServer(kind, FEW);
    const many = await filledServer(kind, MANY);
    try {
      console.log(
        `\nLists, ${kind}: ${FEW.projects} projects, ${FEW.events} events; ${MANY.projects}, ${MANY.events}`,
      );
      console.log('      few    many      ratio  slowest  loop held   rows');
      for (const [who, paths] of Object.entries(ROUTES)) {
        for (const path of paths) print(who, path, await measure(few, many, who, path));
      }
    } finally {
      for (const each of [few, many]) await each.stop();
    }
  }
}

/** Exclamation marks what misses the target; times of pages that differ in length cannot be compared. */
function print(who, path, { few, many, slowest, held, rows }) {
  const ratio = many / few;
  const missed = (ratio > (path.includes('q=') ? 30 : 2) && rows.few === rows.many) || held > 20;
  console.log(
    `${missed ? '!' : ' '}${few.toFixed(1).padStart(8)}${many.toFixed(1).padStart(8)} ms` +
      `${ratio.toFixed(2).padStart(7)} ×${slowest.toFixed(0).padStart(6)} ms${held.toFixed(0).padStart(8)} ms` +
      `${`${rows.few}/${rows.many}`.padStart(8)}  ${who.padEnd(6)} ${path.replaceAll(/([a-z]{3}_)[0-9a-z]{26}/g, '$1…')}`,
  );
}

/** A server on a database of that size, with what everybody who asks is authorized by. */
async function filledServer(kind, sizes) {
  const directory = await mkdtemp(join(tmpdir(), 'bailiwick-bench-lists-'));
  const database = kind === 'sqlite' ? sqliteIn(directory) : await freshMariadb();
  const environment = { DATA_DIR: directory, DATABASE_URL: database.url };
  await (await startBuilt(environment)).stop();
  await fillLists(database.url, sizes);
  const server = await startBuilt(environment);
  const callers = {
    root: await signIn(server),
    owner: `Bearer ${FILLED.owner.token}`,
    member: `Bearer ${FILLED.member.token}`,
  };
  const stop = async () => {
    await server.stop();
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...server, callers, stop };
}

/**
 * The lower quartile of some requests' times, which other load on the machine changes least; the slowest of
 * all to the larger; the median of how long its loop was held.
 */
async function measure(few, many, who, path) {
  const [times, manyTimes, helds, rows] = [[], [], [], {}];
  for (let i = 0; i < ROUNDS; i++) {
    let took;
    ({ took, rows: rows.few } = await request(few, who, path));
    times.push(took);
    await many.lag();
    ({ took, rows: rows.many } = await request(many, who, path));
    manyTimes.push(took);
    helds.push((await many.lag()).longest);
  }
  return {
    rows,
    few: quantile(times, 0.25),
    many: quantile(manyTimes, 0.25),
    slowest: Math.max(...manyTimes),
    held: quantile(helds, 0.5),
  };
}

async function request(server, who, path) {
  const begin = performance.now();
  const response = await fetch(server.url + path, { headers: { authorization: server.callers[who] } });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const { items = [] } = await response.json();
  return { took: performance.now() - begin, rows: items.length };
}

function quantile(values, share) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * share)];
}

function sqliteIn(directory) {
  return { url: `sqlite:${join(directory, 'bailiwick.sqlite')}`, drop: () => undefined };
}

async function freshMariadb() {
  const name = `bw_bench_${process.pid}_${Date.now().toString(36)}`;
  const on = async sql => {
    const connection = await createConnection({ uri: MYSQL_URL });
    await connection.query(sql);
    await connection.end();
  };
  await on(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(MYSQL_URL);
  url.pathname = `/${name}`;
  return { url: url.href.replace('mysql:', 'mariadb:'), drop: () => on(`DROP DATABASE ${name}`) };
}
