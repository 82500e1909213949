import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from './servers.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS || 7);
/** V8 gives back what the start has left over after another twenty seconds: this is the most that an idle server takes. */
const IDLE_MS = 6_000;

/**
 * What a start on an empty data folder takes until `GET /health/ready` answers 200 (goal: at most 3 s), and the memory of
 * the idle server (goal: at most 200 MB).
 */
export async function start() {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await startOnce());
  const row = measure => {
    const sorted = rounds.map(measure).sort((one, other) => one - other);
    return { median: sorted[Math.floor(sorted.length / 2)], worst: sorted.at(-1) };
  };
  console.log(`\nStart and idle memory, ${ROUNDS} starts`);
  console.table({
    'ready after (s)': row(({ seconds }) => seconds),
    'of that, processor (s)': row(({ cpu }) => cpu),
    'resident (MB)': row(({ megabytes }) => megabytes),
  });
}

async function startOnce() {
  const dataDir = await mkdtemp(join(tmpdir(), 'bailiwick-bench-start-'));
  const port = await freePort();
  const began = performance.now();
  const server = spawn(process.execPath, ['dist/main.js'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: 'warn',
    },
  });
  const exit = once(server, 'exit');
  try {
    while (!(await isReady(port))) {
      if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}`);
      await sleep(10);
    }
    const seconds = (performance.now() - began) / 1_000;
    const cpu = cpuSeconds(server.pid);
    await sleep(IDLE_MS);
    return { seconds: Number(seconds.toFixed(2)), cpu, megabytes: residentMegabytes(server.pid) };
  } finally {
    server.kill('SIGTERM');
    await exit;
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** NaN where there is no /proc. */
function residentMegabytes(pid) {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round((kibibytes * 1_024) / 1e6);
  } catch {
    return NaN;
  }
}

async function isReady(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}
