// The servers a benchmark measures: each a process of its own, so that none shares its event loop with the load.
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { MYSQL_URL, probeMysql } from '../support/services.mjs';

const admin = { email: 'root@admins.example', password: 'tessellate-quokka-41' };
/** For instance `--cpu-prof --cpu-prof-dir=/tmp/profile`, to see where the time goes. */
const nodeFlags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean);

/** The built server in production mode on an empty database, SQLite unless told, with limits that no benchmark reaches. */
export async function startBuilt(environment = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'bailiwick-bench-'));
  const server = await start('built-server.mjs', {
    DATA_DIR: dataDir,
    APP_SECRET: 'a secret of the benchmarks, and of nothing else',
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    LOG_LEVEL: 'error',
    RATE_LIMIT_PER_MINUTE: '1000000000',
    REQUESTS_PER_DAY: '1000000000000',
    ...environment,
  });
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { ...server, stop };
}

/**
 * The databases to measure on: SQLite, and MariaDB or MySQL where there is one; each with the environment of a
 * server on it, and `drop`, which removes what was made for it.
 */
export async function databases() {
  const sqlite = { name: 'SQLite', environment: {}, drop: async () => undefined };
  if (await probeMysql()) return [sqlite];
  const name = `bailiwick_bench_${process.pid}`;
  const connection = await createConnection({ uri: MYSQL_URL });
  await connection.query(`CREATE DATABASE ${name}`);
  const drop = async () => {
    await connection.query(`DROP DATABASE ${name}`);
    await connection.end();
  };
  return [sqlite, { name: 'MariaDB', environment: { DATABASE_URL: `${MYSQL_URL}/${name}` }, drop }];
}

/** better-auth's verification; answers what was sent with its port too: the key to verify. */
export function startRival(environment = {}) {
  return start('rivals/better-auth-server.mjs', environment);
}

/** The yardstick of `bare-server.mjs`, answering `GET /bare` and `POST /bare` with these headers and this body. */
export function startBare(headers, body) {
  return start('bare-server.mjs', {}, { headers, body });
}

/** The yardsticks of `static-server.mjs`, on this folder. */
export function startStatic(folder) {
  return start('static-server.mjs', {}, { folder });
}

/** The yardstick of `bare-ledger.mjs`, which deducts by hand: `POST /bare`. */
export function startBareLedger(database, project) {
  return start('bare-ledger.mjs', {}, { database, project });
}

async function start(file, environment, message) {
  const child = fork(join(import.meta.dirname, file), {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
    execArgv: nodeFlags,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  if (message) child.send(message);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}`);
  });
  const [{ port, ...told }] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  pin(child.pid, 0);
  const stop = async () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  };
  const lag = async () => {
    const answer = once(child, 'message');
    child.send('lag');
    return (await answer)[0];
  };
  return { ...told, url: `http://127.0.0.1:${port}`, pid: child.pid, lag, stop };
}

/** With two processors or more, the servers share one and the load has another to itself. */
export function pin(pid, cpu) {
  if (process.platform !== 'linux' || availableParallelism() < 2) return;
  spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(cpu), String(pid)]);
}

/** Processor time a process has used so far, in seconds; NaN where there is no /proc. */
export function cpuSeconds(pid) {
  const TICKS_PER_SECOND = 100;
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return NaN;
  }
}

/** Signs the admin in; answers the value of `Authorization`. */
export async function signIn({ url }) {
  const { token } = await post(`${url}/v1/sessions`, admin);
  return `Bearer ${token}`;
}

export async function post(url, body, authorization) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}
