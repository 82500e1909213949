import { once } from 'node:events';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { describeOn, type FreshDatabase, freshDatabase, freshDirectory } from '../support/lane.js';
import {
  type Disk,
  hasSilentDisks,
  runCli,
  runSource,
  type SourceProcess,
} from '../support/source-process.js';
import { waitFor } from '../support/wait-for.js';

const ENOUGH_MS = 30_000;

let dataDir: string;
let database: FreshDatabase;
/** Somebody else's server, on a port that the test wants. */
let other: Server;
let taken: string;
const processes: SourceProcess[] = [];

beforeEach(async () => {
  dataDir = await freshDirectory();
  database = await freshDatabase();
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  taken = String((other.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const process of processes.splice(0)) {
    process.signal('SIGKILL');
    await process.ended();
  }
  other.close();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Starts a process on the test's own data, on any free port unless told otherwise. */
function run(entry: 'main' | 'worker', environment: Record<string, string> = {}, disk?: Disk): SourceProcess {
  const common = { PORT: '0', DATA_DIR: dataDir, DATABASE_URL: database.url };
  const process = runSource(entry, { ...common, ...environment }, disk);
  processes.push(process);
  return process;
}

async function up(process: SourceProcess): Promise<string> {
  return waitFor('the server to be up', () => {
    if (process.exit) throw new Error(`the process ended: ${JSON.stringify(process.exit)}`);
    return process.stdout.includes('Next, sign in') && process.stdout;
  });
}

const passwordsIn = (stdout: string) =>
  [...stdout.matchAll(/^ *password +(\S+)$/gm)].map(([, word]) => word!);

// What is found before any database is opened, one lane is enough for.
describeOn('sqlite')('a wrong configuration', () => {
  const WRONG = {
    PORT: 'eighty',
    DATABASE_URL: 'oracle://somewhere',
    ADMIN_PASSWORD: 'short',
    APP_SECRET: 'short',
    TRUST_PROXY: 'everybody',
    LOG_LEVEL: 'chatty',
    METRICS_PORT: '70000',
  };

  it.each(['main', 'worker'] as const)(
    'stops %s with every mistake listed, and nothing begun',
    async entry => {
      const { code, stdout, stderr } = await run(entry, WRONG).ended();
      expect(code).toBe(78);
      expect(stdout).toBe('');
      const [heading, ...lines] = stderr.trimEnd().split('\n');
      expect(heading).toBe('Configuration is not valid:');
      expect(lines.map(line => /^ {2}- (\w+): \S/.exec(line)?.[1]).sort()).toEqual(Object.keys(WRONG).sort());
      expect(await readdir(dataDir)).toEqual([]);
    },
  );
});

describe('a setting that turns out to be wrong', () => {
  const file = () => join(dataDir, 'a-file');
  it.each<[string, () => Record<string, string>]>([
    ['ADMIN_PASSWORD', () => ({ ADMIN_PASSWORD: 'password1234' })],
    [
      'DATA_DIR',
      () => ({ DATA_DIR: join(file(), 'data'), DATABASE_URL: `sqlite:${join(dataDir, 'x.sqlite')}` }),
    ],
    ['DATABASE_URL', () => ({ DATABASE_URL: `sqlite:${file()}` })],
  ])('%s is named in one line', async (setting, wrong) => {
    await writeFile(file(), 'hardly a database, but long enough to be looked at as one');
    const { code, stdout, stderr } = await run('main', wrong()).ended();
    expect(stderr).toMatch(new RegExp(`^Configuration is not valid:\\n {2}- ${setting}: .*\\n$`));
    expect([code, stdout]).toEqual([78, '']);
  });
});

describeOn('sqlite')('a folder that cannot be waited for', () => {
  it('because none can be made there, ends the start in one line', async () => {
    const { code, stdout, stderr } = await run('main', { DATA_DIR: '/proc/bailiwick/data' }).ended();
    expect(stderr).toBe(
      'Configuration is not valid:\n  - DATA_DIR: no folder can be made as /proc/bailiwick/data\n',
    );
    expect([code, stdout]).toEqual([78, '']);
  });

  it('because it does not answer, ends it, too', async () => {
    // Without FUSE, nothing is as silent as a dead network mount.
    if (!hasSilentDisks) return;
    const process = run('main', {}, { folder: dataDir, bytes: 'silent' });
    const { code, stdout, stderr } = await process.ended(ENOUGH_MS);
    expect(stderr).toMatch(/^Configuration is not valid:\n {2}- DATA_DIR: .* does not answer;.*\n$/);
    expect([code, stdout]).toEqual([78, '']);
  });
});

describeOn('sqlite')('a package whose binary is for another machine', () => {
  const FOREIGN = { NODE_OPTIONS: `--require ${join(__dirname, '../support/foreign-binaries.cjs')}` };
  const loaded = ['@node-rs/argon2', 'better-sqlite3'];

  it.each(loaded)('%s ends the start in one line that says what to run', async name => {
    const { code, stdout, stderr } = await run('main', { ...FOREIGN, FOREIGN: name }).ended();
    expect(stderr).toMatch(
      new RegExp(`^Bailiwick could not start: ${name}\\S* is not installed for Node .* Run \`npm ci\`.*\\n$`),
    );
    expect([code, stdout]).toEqual([78, '']);
  });

  it('ends commands so, too', async () => {
    const environment = { DATA_DIR: dataDir, DATABASE_URL: database.url, ...FOREIGN, FOREIGN: loaded[0]! };
    const { code, stderr } = await runCli(['check'], environment).ended(ENOUGH_MS);
    expect([code, stderr]).toEqual([78, expect.stringMatching(/^@node-rs\/argon2.* Run `npm ci`.*\n$/)]);
  });
});

describeOn('mariadb')('a database that is away', () => {
  it('is tried again with a line for each time, and ends the start in one', async () => {
    const url = `mariadb://root@127.0.0.1:${await freePort()}/bailiwick`;
    const process = run('main', { DATABASE_URL: url, LOG_LEVEL: 'info' });
    const { code, stdout, stderr } = await process.ended(ENOUGH_MS);
    const refused = /connect ECONNREFUSED 127\.0\.0\.1:\d+/.source;
    expect(stderr).toMatch(new RegExp(`^Bailiwick could not start: DATABASE_URL: ${refused}\\n$`));
    expect(code).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    const told = lines.filter(({ context }) => context === 'Database');
    expect(told.map(({ level, msg }) => `${level}: ${msg}`)).toEqual(
      Array.from({ length: 9 }, (_, at) =>
        expect.stringMatching(new RegExp(`^warn: .*\\(${refused}\\); attempt ${at + 1} of 10\\.$`)),
      ),
    );
    expect(stdout).not.toMatch(/ at .*:\d+:\d+/);
  });
});

describeOn('mariadb')('a database that refuses', () => {
  it.each([
    ['the password', (url: URL) => (url.password = 'wrong-hunter2')],
    ['the database', (url: URL) => (url.pathname = '/bw_test_no_such_database')],
  ])('%s ends the start at once, in one line without the secret', async (_what, change) => {
    const url = new URL(database.url);
    change(url);
    const { code, stdout, stderr } = await run('main', { DATABASE_URL: url.href }).ended();
    expect(stderr).toMatch(/^Configuration is not valid:\n {2}- DATABASE_URL: .*\n$/);
    expect([code, stdout]).toEqual([78, '']);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('a port that is taken', () => {
  it.each(['PORT', 'METRICS_PORT'])('as %s ends the start in one line', async setting => {
    const { code, stdout, stderr } = await run('main', { [setting]: taken }).ended();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Bailiwick could not start: ${setting}: listen EADDRINUSE: address already in use 127.0.0.1:${taken}\n`,
    );
    expect(stdout).not.toMatch(/Bailiwick is up|EADDRINUSE/);
  });

  it('costs nobody the password of the first admin', async () => {
    const failed = await run('main', { PORT: taken }).ended();
    const second = await up(run('main'));
    expect([...passwordsIn(failed.stdout), ...passwordsIn(second)]).toHaveLength(1);
  });
});

describe('the first admin', () => {
  it('is shown once, and can sign in', async () => {
    const first = run('main');
    const shown = await up(first);
    const [password, ...others] = passwordsIn(shown);
    expect(others).toEqual([]);
    const url = /Bailiwick is up: (http:\S+)\/docs/.exec(shown)![1]!;
    expect(shown).toContain(`see it all work: URL=${url} DATA_DIR='${dataDir}' npm run demo`);
    const session = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'admin@localhost.localdomain', password }),
    });
    expect(session.status).toBe(201);
    first.signal('SIGTERM');
    expect((await first.ended()).code).toBe(0);

    const again = await up(run('main'));
    expect(passwordsIn(again)).toEqual([]);
    expect(again).not.toContain(password);
    expect(again).not.toContain('first platform admin');
  });
});

describeOn('sqlite')('a second server on the same file', () => {
  it('is refused while the first one runs, and takes over once that was killed', async () => {
    const first = run('main');
    await up(first);
    const { code, stdout, stderr } = await run('main').ended();
    expect(stderr).toBe(
      `Bailiwick could not start: ${database.url.replace('sqlite:', '')} is in use by another server or command: ` +
        'stop that one, or give this one a DATA_DIR of its own.\n',
    );
    expect([code, stdout]).toEqual([78, '']);
    first.signal('SIGKILL');
    await first.ended();
    await up(run('main'));
  });
});

describeOn('sqlite')('a generated secret that was lost', () => {
  it('is not generated anew for the data that was written with it', async () => {
    const secret = join(dataDir, 'app-secret');
    const first = run('main');
    await up(first);
    first.signal('SIGTERM');
    await first.ended();
    const kept = await readFile(secret);
    await rm(secret);
    const before = await readdir(dataDir);
    const { code, stdout, stderr } = await run('main').ended();
    expect(stderr).toMatch(
      /^Configuration is not valid:\n {2}- APP_SECRET: .*app-secret, which is missing;.*\n$/,
    );
    expect([code, stdout]).toEqual([78, '']);
    expect(await readdir(dataDir)).toEqual(before);
    await writeFile(secret, kept);
    await up(run('main'));
  });
});

describeOn('sqlite')('what the server writes', () => {
  it('is for nobody else on the machine to read', async () => {
    const folder = join(dataDir, 'data');
    const url = /Bailiwick is up: (http:\S+)\/docs/.exec(
      await up(run('main', { DATA_DIR: folder, DATABASE_URL: '' })),
    )![1]!;
    const registered = await fetch(`${url}/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        email: 'ada@people.example',
        password: 'marmalade-glacier-7',
        first_name: 'Ada',
        name: 'Lovelace',
      }),
    });
    expect(registered.status).toBe(201);
    const written = () => readdir(folder, { recursive: true, withFileTypes: true });
    await waitFor('the mail', async () => (await written()).some(({ name }) => name.endsWith('.eml')));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const entry of await written()) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect([entry.name, mode & 0o777]).toEqual([entry.name, entry.isDirectory() ? 0o700 : 0o600]);
    }
  });
});

describeOn('sqlite')('the worker', () => {
  it('refuses SQLite, saying what it takes instead', async () => {
    const { code, stdout, stderr } = await run('worker').ended();
    expect(code).toBe(78);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^ {2}- DATABASE_URL: the worker needs MySQL or MariaDB/m);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await readdir(dataDir)).toEqual([]);
  });
});

describeOn('mariadb')('the worker', () => {
  it('tells of a port that is taken in one line, too', async () => {
    const { code, stderr } = await run('worker', { METRICS_PORT: taken }).ended();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The worker could not start: METRICS_PORT: listen EADDRINUSE.*\n$/);
  });
});
