import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/commands.js';
import { MIGRATIONS } from '../../src/migrations/migrations.js';
import { newKeySecret, previewOf } from '../../src/modules/api-keys/key-secret.js';
import { codeOf } from '../support/answers.js';
import { describeOn, freshDirectory, laneSettings } from '../support/lane.js';
import { type Person, type Project, Scene } from '../support/scene.js';
import { startSmtp } from '../support/smtp.js';
import { type Exit, runCli } from '../support/source-process.js';

const ENOUGH_MS = 60_000;

let scene: Scene;
let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  scene = await Scene.open();
  folder = await freshDirectory();
  environment = { DATA_DIR: scene.server.dataDir, DATABASE_URL: scene.server.databaseUrl, ...laneSettings };
});
afterAll(async () => {
  await scene?.close();
  await rm(folder, { recursive: true, force: true });
});

const cli = (args: string[], settings: Record<string, string> = {}): Promise<Exit> =>
  runCli(args, { ...environment, ...settings }).ended(ENOUGH_MS);
const json = async (args: string[], settings?: Record<string, string>) => {
  const { code, stdout } = await cli([...args, '--json'], settings);
  return {
    code,
    lines: stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line)),
  };
};

it('lists every command, and says which settings are wrong', async () => {
  const { code, stdout, stderr } = await cli(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  const listed = stdout.split('\n').map(line => line.trim().split(/ {2,}/));
  expect(listed).toEqual(expect.arrayContaining(COMMANDS.map(({ name, summary }) => [name, summary])));
  const wrong = await json(['check'], { PORT: 'eighty' });
  expect(wrong).toEqual({
    code: 78,
    lines: [{ error: { message: expect.stringContaining('PORT'), exit_code: 78 } }],
  });
}, 120_000);

describe('beside a running server', () => {
  it('checks what it depends on, and says how to put right what is wrong', async () => {
    const { code, lines } = await json(['check']);
    expect([code, lines[0].ok]).toEqual([0, true]);
    const broken = await json(['check'], {
      REDIS_URL: 'redis://127.0.0.1:1',
      SMTP_URL: 'smtp://127.0.0.1:1',
    });
    const failed = broken.lines[0].checks.filter((one: any) => !one.ok);
    expect([broken.code, failed.map((one: any) => one.name)]).toEqual([1, ['redis', 'mail']]);
    for (const { fix } of failed) expect(fix).toMatch(/\S/);
    const other = await json(['check'], { APP_SECRET: 'another secret than this installation has' });
    expect(other.lines[0].checks.find((one: any) => one.name === 'secret')).toMatchObject({ ok: false });
  }, 120_000);

  it('says which migrations have been run', async () => {
    const { code, lines } = await json(['migrate', '--status']);
    expect(code).toBe(0);
    expect(lines[0]).toMatchObject({ pending: [], unknown: [] });
    expect(lines[0].run).toHaveLength(MIGRATIONS.length);
  });

  it('sends a mail', async () => {
    const smtp = await startSmtp();
    try {
      const { code } = await json(['mail', 'test', '--to', 'ops@example.com'], { SMTP_URL: smtp.url });
      expect(code).toBe(0);
      expect(smtp.received.map(({ recipients }) => recipients)).toEqual([['ops@example.com']]);
    } finally {
      await smtp.stop();
    }
  });
});

// It asks the API, if anybody.
describeOn('sqlite')('scan', () => {
  let owner: Person;
  let project: Project;
  beforeAll(async () => {
    owner = await scene.owner();
    project = await scene.project();
  });

  async function leak(...secrets: string[]): Promise<string> {
    const file = join(folder, `leak-${(await readdir(folder)).length}.txt`);
    await writeFile(file, secrets.map((secret, at) => `line ${at + 1}: "${secret}"\n`).join(''));
    return file;
  }

  it('finds keys offline and shows no secret', async () => {
    const secret = newKeySecret('production');
    const file = await leak('nothing', secret);
    const { code, stdout } = await cli(['scan', file], { DATABASE_URL: 'sqlite:/nowhere/at/all' });
    expect([code, stdout]).toEqual([1, `${file}:2: ${previewOf(secret)}\n1 key found.\n`]);
    const clean = await cli(['scan', await leak('nothing')]);
    expect([clean.code, clean.stdout]).toEqual([0, 'No keys found.\n']);
  });

  it('asks a server which are live, and revokes those', async () => {
    const key = await scene.key(project, 'viewer');
    const file = await leak(key.secret, newKeySecret('sandbox'), key.secret);
    const online = ['scan', file, '--url', scene.server.url];
    const settings = { BAILIWICK_AUTH: scene.root.token };
    const asked = await json(online, settings);
    expect(asked.code).toBe(1);
    expect(asked.lines).toMatchObject([
      { line: 1, code: 'VALID', live: true, key_id: key.id, project_id: project.id },
      { line: 2, code: 'NOT_FOUND', live: false },
      { line: 3, code: 'VALID', live: true },
      { findings: 3, live: 1, revoked: 0 },
    ]);
    const revoked = await json([...online, '--revoke'], { BAILIWICK_AUTH: owner.token });
    expect(revoked.code).toBe(2);
    const done = await json([...online, '--revoke'], settings);
    expect(done.lines.at(-1)).toMatchObject({ findings: 3, live: 0, revoked: 1 });
    expect(JSON.stringify([asked, done])).not.toContain(key.secret);
    expect(codeOf(await scene.api.get('/v1/whoami', key))[0]).toBe(401);
    expect((await json(online, settings)).lines[0]).toMatchObject({ code: 'REVOKED', live: false });
  }, 120_000);

  it('sends keys nowhere unprotected', async () => {
    const { code, stderr } = await cli(['scan', '-', '--url', 'http://example.com', '--auth', 'x']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('must be https')]);
  });
});
