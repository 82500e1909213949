import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fillRequestLog } from './fill-request-log.mjs';
import { post, signIn, startBuilt } from './servers.mjs';
import { Sqlite } from './sqlite.mjs';

const ROWS = Number(process.env.BENCH_REPORT_ROWS || 200_000);
const FEW = 2_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS || 3);
const FORMATS = ['jsonl', 'csv'];

/**
 * A report of a request log against better-sqlite3 streaming the same rows to a file by hand (goal: at least 40 %), with the
 * server's lag meanwhile (goal: 99th percentile at most 20 ms), and the memory it took beyond that of a short one.
 */
export async function reports() {
  const dataDir = await mkdtemp(join(tmpdir(), 'bailiwick-bench-reports-'));
  try {
    const [project, short] = await filled(dataDir);
    const file = join(dataDir, 'bailiwick.sqlite');
    const server = await startBuilt({ DATA_DIR: dataDir });
    try {
      const authorization = await signIn(server);
      for (const format of FORMATS) await written(server, short, authorization, format);
      const before = await peakOf(server.pid);
      console.log(`\nReport of ${ROWS} logged requests, SQLite; at least 40 % of better-sqlite3 by hand`);
      for (const format of FORMATS) {
        const [ours, byHand] = [[], []];
        await server.lag();
        for (let i = 0; i < ROUNDS; i++) {
          byHand.push(await streamed(file, project, format, join(dataDir, 'by-hand')));
          ours.push(await written(server, project, authorization, format));
        }
        const { p99, longest } = await server.lag();
        const [rate, yardstick] = [median(ours), median(byHand)];
        console.log(
          `  ${format.padEnd(8)}${rate.toFixed(0).padStart(9)} rows/s by hand ${yardstick.toFixed(0).padStart(9)}` +
            ` ${((100 * rate) / yardstick).toFixed(0).padStart(5)} %   lag p99 ${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms`,
        );
      }
      console.log(
        `  peak memory ${((await peakOf(server.pid)) - before).toFixed(0)} MB above that of ${FEW} rows`,
      );
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function filled(dataDir) {
  const server = await startBuilt({ DATA_DIR: dataDir });
  const authorization = await signIn(server);
  const projects = [];
  for (const name of ['Long', 'Short'])
    projects.push(await post(`${server.url}/v1/projects`, { name }, authorization));
  await server.stop();
  const file = join(dataDir, 'bailiwick.sqlite');
  const [long, short] = projects.map(({ id, organization_id }) => ({
    projectId: id,
    organizationId: organization_id,
  }));
  fillRequestLog(file, long, ROWS);
  // Series and counts are of one project: the short log is a part of the long one, by its range.
  return [
    { id: long.projectId, body: {} },
    { id: long.projectId, body: { to: early() }, short },
  ];
}

/** Before this, about {@link FEW} of the rows were made. */
function early() {
  const month = 30 * 86_400_000;
  return new Date(Date.now() - month + Math.ceil((month * FEW) / ROWS)).toISOString();
}

/** Rows a second, from the request until it is ready. */
async function written({ url }, { id, body }, authorization, format) {
  const path = `${url}/v1/projects/${id}/reports`;
  const began = performance.now();
  const headers = { authorization, 'content-type': 'application/json' };
  const asked = await fetch(path, {
    method: 'POST',
    headers,
    body: JSON.stringify({ kind: 'request_logs', format, ...body }),
  });
  const { id: report, error } = await asked.json();
  if (error) throw new Error(error.message + JSON.stringify(error.details));
  for (;;) {
    const { status, rows } = await (await fetch(`${path}/${report}`, { headers })).json();
    if (status === 'ready') return rows / ((performance.now() - began) / 1_000);
    if (status !== 'queued' && status !== 'running') throw new Error(`the report is ${status}`);
    await sleep(20);
  }
}

/** The same rows by hand: one statement, an object and a line for each row. */
async function streamed(file, { id }, format, target) {
  const database = new Sqlite(file, { readonly: true });
  const began = performance.now();
  const rows = database
    .prepare(
      'SELECT l.id, l.project_id, s.api_key_id, s.member_id, s.method, s.route, s.status, l.duration_ms, l.ip, ' +
        'l.user_agent, l.error_code, l.request_id FROM request_logs l JOIN request_series s ON s.id = l.series_id ' +
        'WHERE l.project_id = ? ORDER BY l.id',
    )
    .iterate(id);
  let count = 0;
  function* lines() {
    for (const row of rows) {
      count++;
      yield format === 'jsonl'
        ? `${JSON.stringify(row)}\n`
        : `${Object.values(row).map(quoted).join(',')}\r\n`;
    }
  }
  await pipeline(Readable.from(batched(lines()), { objectMode: false }), createWriteStream(target));
  database.close();
  return count / ((performance.now() - began) / 1_000);
}

/** A chunk for many lines: one for each would measure the stream. */
function* batched(lines) {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 65_536) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function quoted(value) {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** The most memory that a process has ever held, in megabytes; NaN where there is no /proc. */
async function peakOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_000;
}
