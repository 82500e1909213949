import { describeOn, type FreshDatabase } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { expectStatus } from '../support/scene.js';
import { startServer, type TestServer } from '../support/server.js';

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
  const checks = { database: 'up', jobs: 'up', worker: 'up' };
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

describeOn('mariadb')('beside other processes', () => {
  it('knows of one that has run jobs within the last minute', async () => {
    await start();
    await server.stop();
    await start({ RUN_JOBS: 'false' });
    const { body } = expectStatus(200, await server.api.get('/health/ready'));
    expect(body).toMatchObject({ status: 'ok', checks: { worker: 'up' } });
  });
});
