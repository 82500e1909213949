import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillRequestLog } from './fill-request-log.mjs';
import { post, signIn, startBuilt } from './servers.mjs';

/** How many lines of the request log go. */
const ROWS = Number(process.env.BENCH_PURGE_ROWS || 1_000_000);
/** The log has thirty days, of which seven are kept. */
const FILLED = Math.ceil((ROWS * 30) / 23);
const WRITERS = 4;
const ALONE_MS = 5_000;

/**
 * Deletes a million lines of a project's request log while others change another project. Targets: no writer waits over
 * 200 ms, and the event loop's lag stays under 20 ms (99th percentile).
 */
export async function retention() {
  const dataDir = await mkdtemp(join(tmpdir(), 'bailiwick-bench-retention-'));
  try {
    const project = await filled(dataDir);
    const server = await startBuilt({ DATA_DIR: dataDir });
    try {
      const authorization = await signIn(server);
      const other = await post(`${server.url}/v1/projects`, { name: 'Other' }, authorization);
      const settings = `${server.url}/v1/projects/${other.id}/settings`;
      const write = i =>
        send('PATCH', settings, { description: `Number ${i}`, confirm: true }, authorization);
      const alone = await beside(server, write, () => new Promise(resolve => setTimeout(resolve, ALONE_MS)));
      const url = `${server.url}/v1/projects/${project.id}/retention`;
      await send('PUT', url, { request_logs_days: 7, confirm: true }, authorization);
      let purged = 0;
      const began = performance.now();
      const busy = await beside(server, write, async () => {
        for (let complete = false; complete === false;) {
          const answer = await send('POST', `${url}/run`, { confirm: true }, authorization);
          purged += answer.deleted.request_logs ?? 0;
          complete = answer.complete ?? true;
        }
      });
      const seconds = (performance.now() - began) / 1_000;
      console.log(
        `\nPurging ${purged} lines of the request log, SQLite: ${seconds.toFixed(0)} s, ${(purged / seconds).toFixed(0)} a second`,
      );
      print(`${WRITERS} writers of another project alone`, alone);
      print(`${WRITERS} writers of another project beside it`, busy, alone);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** How long changes take, in milliseconds, while `work` goes on; and the lag of the server's event loop. */
async function beside(server, write, work) {
  const times = [];
  let working = true;
  await server.lag();
  const writers = Array.from({ length: WRITERS }, async () => {
    for (let i = 0; working; i++) {
      const begin = performance.now();
      await write(i);
      times.push(performance.now() - begin);
    }
  });
  try {
    await work();
  } finally {
    working = false;
  }
  await Promise.all(writers);
  return { times: Float64Array.from(times).sort(), lag: await server.lag() };
}

function print(name, { times, lag }, yardstick) {
  const at = share => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const ratio = yardstick
    ? ` ${(at(0.5) / yardstick.times[yardstick.times.length >> 1]).toFixed(1)} × the median alone`
    : '';
  console.log(
    `  ${name.padEnd(42)} median${at(0.5).toFixed(1).padStart(6)} ms   p99${at(0.99).toFixed(1).padStart(6)} ms   ` +
      `longest${at(1).toFixed(1).padStart(6)} ms   lag p99${lag.p99.toFixed(1).padStart(6)} ms   longest${lag.longest.toFixed(1).padStart(6)} ms${ratio}`,
  );
}

async function filled(dataDir) {
  const server = await startBuilt({ DATA_DIR: dataDir });
  const project = await post(`${server.url}/v1/projects`, { name: 'Bench' }, await signIn(server));
  await server.stop();
  const owner = { projectId: project.id, organizationId: project.organization_id };
  fillRequestLog(join(dataDir, 'bailiwick.sqlite'), owner, FILLED);
  return project;
}

async function send(method, url, body, authorization) {
  const headers = { 'content-type': 'application/json', authorization };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}
