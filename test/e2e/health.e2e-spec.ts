import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeOn, type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { S3_KEY, S3Server } from '../support/s3-server.js';
import { expectStatus } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';
import { waitFor } from '../support/wait-for.js';

let database: FreshDatabase;
let server: TestServer;

beforeEach(async () => {
  database = await migratedDatabase();
});
afterEach(async () => {
  await server.stop();
  await database.drop();
});

const start = async (environment: Record<string, string> = {}) => {
  server = await startServer({ DATABASE_URL: database.url, ...environment });
};

it('is well where the database answers and jobs are run', async () => {
  await start();
  const checks = { database: 'up', jobs: 'up', worker: 'up', storage: 'up' };
  for (const path of ['/health/ready', '/v1/health']) {
    expect(expectStatus(200, await server.api.get(path)).body).toEqual({ status: 'ok', checks });
  }
  expect(expectStatus(200, await server.api.get('/health/live')).body).toEqual({ status: 'ok' });
});

it('says that nobody runs the jobs, and serves requests all the same', async () => {
  await start({ RUN_JOBS: 'false' });
  const { body } = expectStatus(200, await server.api.get('/health/ready'));
  expect(body).toMatchObject({ status: 'degraded', checks: { database: 'up', worker: 'down' } });
});

it('says that the storage is away, and serves requests all the same', async () => {
  const store = await new S3Server().start();
  try {
    process.env.AWS_ACCESS_KEY_ID = S3_KEY.id;
    process.env.AWS_SECRET_ACCESS_KEY = S3_KEY.secret;
    await start({ S3_URL: store.url, LOG_LEVEL: 'fatal' });
    const health = async () => expectStatus(200, await server.api.get('/health/ready')).body;
    expect(await health()).toMatchObject({ status: 'ok', checks: { storage: 'up' } });
    store.broken = 'silent';
    const degraded = await waitFor('the storage to be missed', async () => {
      const now = await health();
      return now.checks.storage === 'down' && now;
    });
    expect(degraded).toMatchObject({ status: 'degraded', checks: { database: 'up', jobs: 'up' } });
    store.broken = null;
    await waitFor('the storage to be found again', async () => (await health()).status === 'ok');
  } finally {
    await store.stop();
  }
});

it('says that the data folder takes no files', async () => {
  const dataDir = await freshDirectory();
  await writeFile(join(dataDir, 'storage'), 'in the way of a folder');
  await start({ DATA_DIR: dataDir });
  const { body } = expectStatus(200, await server.api.get('/health/ready'));
  expect(body).toMatchObject({ status: 'degraded', checks: { database: 'up', storage: 'down' } });
});

describeOn('mariadb')('beside other processes', () => {
  it('knows of one that has run jobs within the last minute', async () => {
    await start();
    await server.stop();
    await start({ RUN_JOBS: 'false' });
    const { body } = expectStatus(200, await server.api.get('/health/ready'));
    expect(body).toMatchObject({ status: 'ok', checks: { worker: 'up' } });
  });
});
