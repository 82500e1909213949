import { createHash, randomBytes } from 'node:crypto';
import { existsSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MYSQL_URL, probeMysql, probeRedis, REDIS_URL } from './test/support/services.mjs';

const TEST_TIMEOUT_MS = 60_000;
const CHROMIUM = process.env.TEST_CHROMIUM || '/usr/bin/chromium';
const LANE_FOLDERS = ['e2e', 'access-matrix', 'properties', 'database', 'crash', 'process'];
/** In the names of all that a run makes, by which it finds what it has to remove in the end. */
const RUN = randomBytes(5).toString('hex');
const RUN_DIRECTORY = join(
  roomInMemory('/dev/shm', 2 ** 30) ? '/dev/shm' : tmpdir(),
  `bailiwick-test-${RUN}`,
);
const transformer = '<rootDir>/test/support/transformer.mjs';

const common = {
  // One id, hence one transform cache, for all projects of this checkout; see the transformer.
  id: createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 16),
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/src', '<rootDir>/test', '<rootDir>/lint'],
  // Nest 12 and what it depends on are ES modules, so node_modules is compiled too.
  transform: {
    '^.+\\.ts$': [transformer],
    '^.+\\.m?js$': [
      transformer,
      {
        swcrc: false,
        sourceMaps: true,
        jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // In one file instead of 226, which every test file that loads the application would read.
    '^rxjs(?:/operators)?$': '<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.js',
  },
  testEnvironment: 'node',
  setupFilesAfterEnv: ['<rootDir>/test/support/retry-in-ci.mjs'],
};

/** What runs without any server. */
const unit = {
  ...common,
  displayName: 'unit',
  testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/lint/**/*.spec.mjs', '<rootDir>/test/**/*spec.ts'],
  testPathIgnorePatterns: [...LANE_FOLDERS, 'clients', 'bull', 'browser', 'docs', 'bench'].map(
    folder => `<rootDir>/test/${folder}/`,
  ),
};

function lane(name, folders) {
  return {
    ...common,
    displayName: name,
    testMatch: folders.map(folder => `<rootDir>/test/${folder}/**/*spec.ts`),
    globals: { LANE: { name, mysqlUrl: MYSQL_URL, redisUrl: REDIS_URL, run: RUN, directory: RUN_DIRECTORY } },
    globalTeardown: '<rootDir>/test/support/clean-up.mjs',
  };
}

/**
 * The projects whose servers answer. Without MariaDB, Redis or a browser a developer still gets the rest; in
 * CI a lane left out would look like a lane that passed, so there it is an error.
 */
export default async function config() {
  const [mysql, redis] = await Promise.all([probeMysql(), probeRedis()]);
  const noMysql = mysql && `MariaDB at ${withoutPassword(MYSQL_URL)}: ${mysql}`;
  const noRedis = redis && `Redis at ${withoutPassword(REDIS_URL)}: ${redis}`;

  const noBrowser = !existsSync(CHROMIUM) && `a browser at ${CHROMIUM} (apt-get install chromium): none`;
  const lanes = [
    { name: 'mariadb', folders: LANE_FOLDERS, lacks: [noMysql] },
    { name: 'bull', folders: ['bull'], lacks: [noMysql, noRedis] },
    { name: 'browser', folders: ['browser'], lacks: [noBrowser] },
  ];
  const complete = ({ lacks }) => !lacks.some(Boolean);
  // What clients are made from is the same on every database.
  const projects = [unit, lane('sqlite', [...LANE_FOLDERS, 'clients']), lane('docs', ['docs'])];
  projects.push(...lanes.filter(complete).map(({ name, folders }) => lane(name, folders)));

  const absent = [noMysql, noRedis, noBrowser].filter(Boolean);
  if (absent.length) {
    const left = lanes.filter(one => !complete(one)).map(({ name }) => name);
    const line = `left out: ${left.join(', ')}, for want of ${absent.join('; ')}`;
    if (['true', '1'].includes(process.env.CI)) throw new Error(`In CI every lane must run, but ${line}`);
    process.stderr.write(`${line}\n`);
  }
  // A worker keeps some megabytes of every file it ran; the larger its heap, the longer each collection takes.
  return {
    projects,
    maxWorkers: 2,
    workerIdleMemoryLimit: '1200MB',
    testTimeout: TEST_TIMEOUT_MS,
    testSequencer: '<rootDir>/test/support/sequencer.mjs',
  };
}

function withoutPassword(value) {
  const url = new URL(value);
  url.password &&= '***';
  return url.href;
}

/** Whether a file system in memory has that many bytes free: SQLite and the mails wait for the disk at every write. */
function roomInMemory(directory, bytes) {
  if (!existsSync(directory)) return false;
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize > bytes;
}
