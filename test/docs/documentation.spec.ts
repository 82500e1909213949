import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { freePort } from '../support/free-port.js';
import { type FreshDatabase, freshDirectory } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD } from '../support/server.js';
import { type ServerProcess, startServerProcess } from '../support/server-process.js';
import { runBlocks } from './page-shell.js';
import { type Block, readPages } from './pages.js';

jest.setTimeout(150_000);

/** By the name that a block gives what it takes: a command that ends well where that is installed. */
const PROBES: Readonly<Record<string, string>> = {
  nginx: 'nginx -v',
  FastAPI: 'python3 -c "import fastapi, httpx, uvicorn"',
};

const pages = readPages();
const isShell = ({ language, file }: Block) => language === 'sh' && file === null;
const isThere = (program: string) => spawnSync('sh', ['-c', PROBES[program]!]).status === 0;
const isRun = ({ notRun, takes }: Block) => notRun === null && (takes === null || isThere(takes));

let dataDir: string;
let database: FreshDatabase;
let server: ServerProcess;
/** What README leaves behind for the pages. */
let state = '';

beforeAll(async () => {
  dataDir = await freshDirectory();
  database = await migratedDatabase();
  server = await startServerProcess({
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    WEBHOOK_ALLOW_HTTP: 'true',
    WEBHOOK_ALLOW_PRIVATE: 'true',
    TRUST_PROXY: '127.0.0.1',
  });
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

it.each(pages.filter(({ blocks }) => blocks.some(isShell)).map(page => [page.path, page] as const))(
  'the commands of %s do what it says',
  async (path, page) => {
    const blocks = page.blocks.filter(block => isShell(block) && isRun(block));
    const environment = {
      URL: server.url,
      DATA_DIR: dataDir,
      ADMIN_EMAIL,
      ADMIN_PASSWORD,
      GATEWAY_PORT: String(await freePort()),
      RECEIVER_PORT: String(await freePort()),
    };
    const run = await runBlocks(page, blocks, environment, state);
    if (run.code !== 0) throw new Error(`${path} ended with ${run.code}:\n${run.output}`);
    const announced = blocks.flatMap(({ refusals }) => refusals);
    if (run.refusals.join() !== announced.join())
      throw new Error(
        `${path} was refused with ${run.refusals.join()}, not ${announced.join()}:\n${run.output}`,
      );
    if (path === 'README.md') state = run.state;
  },
);

it('leaves out no shell block but these', () => {
  const left = pages.flatMap(({ path, blocks }) =>
    blocks.filter(isShell).flatMap(({ notRun }) => (notRun === null ? [] : [`${path}: ${notRun}`])),
  );
  expect(left.toSorted()).toEqual([
    'README.md: it is the test',
    'README.md: it starts a server, and the test has one',
    'README.md: it takes Docker',
    ...Array<string>(2).fill('docs/clients.md: it runs in test/clients'),
    ...Array<string>(3).fill('docs/operating.md: it runs in test/process, on a server of its own'),
  ]);
  const taken = pages.flatMap(({ blocks }) => blocks.flatMap(({ takes }) => takes ?? []));
  const missing = [...new Set(taken)].filter(program => !isThere(program));
  if (missing.length) process.stderr.write(`docs: blocks left out for want of ${missing.join(', ')}\n`);
});
