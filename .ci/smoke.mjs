// Starts the built server on an empty data folder, signs in over HTTP, stops it the way a supervisor does, and asks
// TypeORM's command line which migrations it has run.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const READY_MS = 30_000;
const STOP_MS = 30_000;
const admin = { email: 'root@admins.example', password: 'tessellate-quokka-41' };

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const dataDir = await mkdtemp(join(tmpdir(), 'bailiwick-smoke-'));
const server = spawn(process.execPath, ['dist/main.js'], {
  stdio: 'inherit',
  env: {
    PATH: process.env.PATH,
    PORT: String(port),
    DATA_DIR: dataDir,
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    LOG_LEVEL: 'warn',
  },
});
const exit = once(server, 'exit');

try {
  await ready();
  const session = await answer(201, '/v1/sessions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  });
  const me = await answer(200, '/v1/me', { headers: { authorization: `Bearer ${session.token}` } });
  assert.ok(JSON.stringify(me).includes(admin.email), 'GET /v1/me answers with somebody else');

  server.kill('SIGTERM');
  const [code, signal] = await Promise.race([exit, sleep(STOP_MS, ['still running'], { ref: false })]);
  assert.equal(code, 0, `after SIGTERM the server ended with ${code ?? signal}`);

  const show = ['node_modules/typeorm/cli.js', 'migration:show', '-d', 'ormconfig.ts'];
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
  const { stdout: migrations } = await promisify(execFile)(process.execPath, show, { env });
  assert.match(migrations, /^(\[X\] \d+ \w+\n)+$/, `not every migration has been run: ${migrations}`);
  console.log('started, signed in, stopped, migrated');
} finally {
  server.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
}

async function ready() {
  const end = Date.now() + READY_MS;
  while (Date.now() < end) {
    assert.ok(server.exitCode === null, `the server ended with ${server.exitCode} before it was ready`);
    const response = await fetch(`${url}/health/ready`).catch(() => null);
    if (response?.ok) return;
    await sleep(100);
  }
  assert.fail(`the server was not ready within ${READY_MS} ms`);
}

async function answer(status, path, options) {
  const response = await fetch(url + path, options);
  const body = await response.json();
  assert.equal(response.status, status, `${path} answered ${response.status}: ${JSON.stringify(body)}`);
  return body;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address();
  probe.close();
  await once(probe, 'close');
  return free;
}
