import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillRequestLog } from './fill-request-log.mjs';
import { post, signIn, startBuilt } from './servers.mjs';

const FEW = 50_000;
const MANY = Number(process.env.BENCH_LOG_ROWS || 5_000_000);
const WARM_UP = 100;
const ROUNDS = 101;
const PAGES = {
  'newest page': '',
  'page far back': null,
  'one key': '?api_key_id=key_00000000000000000000000003',
  'errors, rare': '?status=500',
  '4xx of one route': '?status=4xx&route=/v1/projects',
  'last three days': `?from=${new Date(Date.now() - 3 * 86_400_000).toISOString()}`,
};

/** A page of the request log with 50,000 lines and with 5 million. Target: at most 2 × the time. */
export async function requestLog() {
  const few = await timed(FEW);
  const many = await timed(MANY);
  console.log(`\nGET /v1/projects/:id/request-logs, SQLite; ${MANY} lines at most 2 × the time of ${FEW}`);
  for (const name of Object.keys(PAGES)) {
    const [one, other] = [few.get(name), many.get(name)];
    console.log(
      `  ${name.padEnd(20)}${one.toFixed(2).padStart(8)} ms ${other.toFixed(2).padStart(8)} ms ${(other / one).toFixed(2).padStart(6)} ×`,
    );
  }
}

/** The median time of each kind of page, in milliseconds, of a project with so many lines. */
async function timed(count) {
  const dataDir = await mkdtemp(join(tmpdir(), 'bailiwick-bench-log-'));
  try {
    const project = await filled(dataDir, count);
    const server = await startBuilt({ DATA_DIR: dataDir });
    try {
      const headers = { authorization: await signIn(server) };
      const url = `${server.url}/v1/projects/${project.id}/request-logs`;
      const get = async query => (await fetch(url + query, { headers })).json();
      const page = await get(`?to=${new Date(Date.now() - 20 * 86_400_000).toISOString()}&limit=1`);
      const times = new Map();
      for (const [name, query] of Object.entries(PAGES)) {
        times.set(name, await median(() => get(query ?? `?cursor=${page.next_cursor}`)));
      }
      return times;
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function filled(dataDir, count) {
  const server = await startBuilt({ DATA_DIR: dataDir });
  const project = await post(`${server.url}/v1/projects`, { name: 'Bench' }, await signIn(server));
  await server.stop();
  const owner = { projectId: project.id, organizationId: project.organization_id };
  fillRequestLog(join(dataDir, 'bailiwick.sqlite'), owner, count);
  return project;
}

async function median(work) {
  const times = [];
  for (let i = 0; i < WARM_UP; i++) await work();
  for (let i = 0; i < ROUNDS; i++) {
    const begin = performance.now();
    const { items } = await work();
    times.push(performance.now() - begin);
    if (items.length === 0) throw new Error('an empty page measures nothing');
  }
  return times.toSorted((one, other) => one - other)[ROUNDS >> 1];
}
